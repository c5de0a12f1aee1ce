// Made from formula.grammar by npm run formula:parser. Not to be edited by hand.

import { LRParser } from '@lezer/lr'
import { words } from './words.ts'
export const parser = LRParser.deserialize({
  version: 14,
  states:
    "&YOVQROOOqQRO'#CaO!rQRO'#DUOVQRO'#CjOVQRO'#CkQ#pQROOOVQRO'#CvOOQP'#DU'#DUO$bQQO'#C|O$gQRO,58{O%eQRO'#CeOOQP,59O,59OO%lQQO,59TO%qQRO,59UOOQP,59V,59VOVQRO,59XOVQRO,59[OVQRO,59^OVQRO,59`OVQRO,59dOVQRO,59fO&^QRO,59bOOQP,59h,59hOOQP-E6z-E6zOOQP,59P,59PO&wQRO,59POOQP1G.o1G.oOOQP1G.p1G.pOOQP1G.s1G.sO'RQRO1G.vO'|QRO1G.xO)YQRO1G.zO)vQRO1G/OO*aQRO1G/QOVQRO'#C}O*zQQO1G.kOOQP1G.k1G.kO+SQRO,59iOOQO-E6{-E6{OOQP7+$V7+$V",
  stateData:
    '+g~OwOS~OQVORVOSVOUPOYRO`SOkUOuUO~OVWOYYO`TXbTXcTXeTXgTXiTXmTXoTXrTXsTXtTX[TXZTX~OV[O`xXbxXcxXexXgxXixXmxXoxXrxXsxXtxX[xXZxX~O``Ob_Oc_Oe`OgaOibOmcOodOscOtdO~OUfO~OVWO`TabTacTaeTagTaiTamTaoTarTasTatTa[TaZTa~O[hO~PVOUjO~O[kO~P#pO``Ob_Oc_Oe`OgaOibO~Omjaojarjasjatja[jaZja~P%xOZrO[tO~P#pOb_Oc_O`diedigdiidimdiodirdisditdi[diZdi~O``Ob_Oc_Oe`Ogfiifimfiofirfisfitfi[fiZfi~O``Ob_Oc_Oe`OgaO~Oihimhiohirhishithi[hiZhi~P(wOmliolirlislitli[liZli~P%xOmcOscOonirnitni[niZni~P%xOZrO[wO~OZqa[qa~P#pOQVmgikRS~',
  goto: '#myPPPPPzPP!Y!hPPP!YzzPzPPzPzPzPzPzPzP!k!qPPPPPP!wiVORSUY_`abcdriQORSUY_`abcdrRZPQXPRgXQsiRvsQTOQ]RQ^SQeUQiYQl_Qm`QnaQobQpcQqdRur',
  nodeNames:
    '⚠ Formula Number Text UnclosedText Path Name . Call Arguments ( , ) Member Group Negative MinusSign Times TimesSign DivideSign Plus PlusSign Concat JoinSign Compare CompareSign Not NotSign And AndSign Or OrSign',
  maxTerm: 40,
  skippedNodes: [0],
  repeatNodeCount: 2,
  tokenData:
    ")m~RoXY#SYZ#S]^#Spq#Sqr#hrs#utu%Rvw%|wx&Zxy'gyz'lz{'q{|'v|}'{}!O(Q!O!P(V!P!Q(g!Q![(l!^!_(}!_!`)Y!`!a)Y!c!}%R#R#S%R#T#o%R#p#q)b$f$g#S%W$IS%R$Kh&FU%R&Gh;'S%R;'S;=`%v<%lO%R~#XTw~XY#SYZ#S]^#Spq#S$f$g#S~#mPk~!_!`#p~#uOi~~#zWS~OY#uZr#urs$ds#O#u#O#P$l#P;'S#u;'S;=`${<%lO#u~$iPR~rs#u~$oSOY#uZ;'S#u;'S;=`${<%lO#u~%OP;=`<%l#u~%WYU~tu%R!Q![%R!c!}%R#R#S%R#T#o%R%W$IS%R$Kh&FU%R&Gh;'S%R;'S;=`%v<%lO%R~%yP;=`<%l%R~&RPg~vw&U~&ZOm~~&`WS~OY&ZZw&Zwx&xx#O&Z#O#P'Q#P;'S&Z;'S;=`'a<%lO&Z~&}PR~wx&Z~'TSOY&ZZ;'S&Z;'S;=`'a<%lO&Z~'dP;=`<%l&Z~'lOY~~'qO[~~'vOb~~'{Oe~~(QOZ~~(VO`~~([PV~!Q![(_~(dPQ~!Q![(_~(lOc~~(qQQ~!O!P(w!Q![(l~(zP!Q![(_~)SQi~!_!`#p!`!a#p~)_Pi~!_!`#p~)eP#p#q)h~)mOo~",
  tokenizers: [words, 0],
  topRules: { Formula: [0, 1] },
  tokenPrec: 474,
})
