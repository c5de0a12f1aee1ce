// Which configuration file, and where its relative paths begin.

import { basename, dirname, join, relative, resolve } from 'node:path'

export interface FindOptions {
  readonly workingDirectory: string
  /** `--config` */
  readonly config?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Found {
  /** Absolute. */
  readonly path: string
  /** As people name it: from the working directory where it lies inside. */
  readonly shown: string
  /** The folder that holds `config/`; the file's own folder when it lies elsewhere. */
  readonly root: string
}

export const usualPlace = join('config', 'dealbridge.yaml')

/** The flag, else the variable, else the usual place. */
export function findConfig({ workingDirectory, config, env }: FindOptions): Found {
  const named = config ?? (env['DEALBRIDGE_CONFIG'] || usualPlace)
  const path = resolve(workingDirectory, named)
  const folder = dirname(path)
  const fromHere = relative(workingDirectory, path)
  return {
    path,
    shown: fromHere.startsWith('..') ? path : fromHere,
    root: basename(folder) === 'config' ? dirname(folder) : folder,
  }
}
