// The text of a formula → its tree, or what is wrong with it. Only the shape is looked at here; check.ts knows names
// and types.

import type { NodeType, SyntaxNode, Tree } from '@lezer/common'
import { parseDecimal } from '../model/decimal.ts'
import {
  depthMax,
  formulaLengthMax,
  type At,
  type Expression,
  type FormulaProblem,
  type Name,
  type Operator,
} from './ast.ts'
import { explainSyntax } from './explain.ts'
import { parser } from './parser.ts'
import * as term from './parser.terms.ts'
import { readText } from './text-literal.ts'

export type ReadFormula =
  | { readonly ok: true; readonly expression: Expression; readonly problems: readonly FormulaProblem[] }
  | { readonly ok: false; readonly problems: readonly FormulaProblem[] }

export function readFormula(text: string): ReadFormula {
  if (text.length > formulaLengthMax) return refuse(tooLong(text))
  const tree = parser.parse(text)
  const wrong = tooDeep(tree) ?? explainSyntax(text, tree)
  if (wrong) return refuse(wrong)
  const reader = new Reader(text)
  const expression = reader.formula(tree)
  const errors = reader.problems.some((problem) => problem.severity === 'error')
  if (!expression || errors) return { ok: false, problems: reader.problems }
  return { ok: true, expression, problems: reader.problems }
}

const refuse = (problem: FormulaProblem): ReadFormula => ({ ok: false, problems: [problem] })

function tooLong(text: string): FormulaProblem {
  const what = `This formula is ${text.length} characters long; at most ${formulaLengthMax} are read.`
  return { code: 'DB-2166', severity: 'error', what, start: 0, end: 1 }
}

/** The parser itself gives up somewhere beyond our own bound, so depth is looked at before shape. */
function tooDeep(tree: Tree): FormulaProblem | undefined {
  let depth = 0
  let deep: number | undefined
  tree.iterate({
    enter: ({ type, from }) => {
      if (isExpression(type)) depth += 1
      if (depth > depthMax) deep ??= from
    },
    leave: ({ type }) => {
      if (isExpression(type)) depth -= 1
    },
  })
  if (deep === undefined) return undefined
  const what = `This formula is nested more than ${depthMax} deep.`
  const fix = 'split it over two rows, or use SWITCH instead of IF within IF'
  return { code: 'DB-2166', severity: 'error', what, fix, start: deep, end: deep + 1 }
}

const constants: Readonly<Record<string, boolean | null>> = { TRUE: true, FALSE: false, NULL: null, BLANK: null }

const signs: Readonly<Record<string, Operator>> = { '==': '=', '!=': '<>', '&&': 'and', '||': 'or' }

class Reader {
  readonly problems: FormulaProblem[] = []
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  formula(tree: Tree): Expression | undefined {
    const inner = tree.topNode.firstChild
    return inner ? this.#expression(inner) : undefined
  }

  #expression(node: SyntaxNode): Expression | undefined {
    const at = { start: node.from, end: node.to }
    switch (node.type.id) {
      case term.Number:
        return this.#number(node, at)
      case term.Text:
        return this.#literal(node, at)
      case term.Path:
        return this.#path(node, at)
      case term.Call:
        return this.#call(node, at)
      case term.Member:
        return this.#member(node, at)
      case term.Group:
        return this.#only(node)
      case term.Negative:
      case term.Not:
        return this.#unary(node, at)
      default:
        return this.#binary(node, at)
    }
  }

  #number(node: SyntaxNode, at: At): Expression | undefined {
    const value = parseDecimal(this.#slice(node))
    if (value) return { is: 'number', value, ...at }
    this.problems.push({ code: 'DB-2162', severity: 'error', what: 'This number is too long.', ...at })
    return undefined
  }

  #literal(node: SyntaxNode, at: At): Expression | undefined {
    const { value, problems } = readText(this.#slice(node), node.from)
    this.problems.push(...problems)
    return { is: 'text', value, ...at }
  }

  #path(node: SyntaxNode, at: At): Expression {
    const names = node.getChildren(term.Name).map((name) => this.#name(name))
    const word = names.length === 1 ? (names[0]?.text.toUpperCase() ?? '') : ''
    const constant = Object.hasOwn(constants, word) ? constants[word] : undefined
    if (constant === null) return { is: 'blank', ...at }
    return constant === undefined ? { is: 'path', names, ...at } : { is: 'boolean', value: constant, ...at }
  }

  #call(node: SyntaxNode, at: At): Expression | undefined {
    const name = node.getChild(term.Name)
    const list = node.getChild(term.Arguments)
    if (!name || !list) return undefined
    const args = childrenOf(list).flatMap((child) => {
      const arg = isExpression(child.type) ? this.#expression(child) : undefined
      return arg ? [arg] : []
    })
    return { is: 'call', name: this.#name(name), args, ...at }
  }

  #member(node: SyntaxNode, at: At): Expression | undefined {
    const inner = childrenOf(node).find(({ type }) => isExpression(type))
    const name = node.getChild(term.Name)
    const of = inner && this.#expression(inner)
    return of && name ? { is: 'member', of, name: this.#name(name), ...at } : undefined
  }

  #only(node: SyntaxNode): Expression | undefined {
    const inner = childrenOf(node).find(({ type }) => isExpression(type))
    return inner && this.#expression(inner)
  }

  #unary(node: SyntaxNode, at: At): Expression | undefined {
    const of = this.#only(node)
    return of && { is: node.type.id === term.Not ? 'not' : 'minus', of, ...at }
  }

  #binary(node: SyntaxNode, at: At): Expression | undefined {
    const [first, second] = childrenOf(node).filter(({ type }) => isExpression(type))
    const left = first && this.#expression(first)
    const right = second && this.#expression(second)
    if (!left || !right) return undefined
    const sign = this.#sign(first.to, second.from)
    const written = this.#text.slice(sign.start, sign.end).toLowerCase()
    return { is: 'binary', op: signs[written] ?? (written as Operator), sign, left, right, ...at }
  }

  #sign(from: number, to: number): At {
    const between = this.#text.slice(from, to)
    const start = from + (between.length - between.trimStart().length)
    return { start, end: start + between.trim().length }
  }

  #name(node: SyntaxNode): Name {
    return { text: this.#slice(node), start: node.from, end: node.to }
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to)
  }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child)
  return found
}

const expressions: ReadonlySet<number> = new Set([
  term.Number,
  term.Text,
  term.Path,
  term.Call,
  term.Member,
  term.Group,
  term.Negative,
  term.Times,
  term.Plus,
  term.Concat,
  term.Compare,
  term.Not,
  term.And,
  term.Or,
])

const isExpression = (type: NodeType): boolean => expressions.has(type.id)
