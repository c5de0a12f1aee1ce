// V8 takes what a large machine has to give. Told to be modest it needs a third of the memory for the same work, which
// is what a service beside others should do. Set before anything else is loaded: imported first by main.

import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--optimize-for-size')
setFlagsFromString('--no-allocation-site-pretenuring')
