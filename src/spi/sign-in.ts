// For a vendor that a person must sign in to: how the command line and the console lead them through it. What comes
// of it (a token the vendor rotates) is kept in the connection's vault, and never shown.

import type { Instant } from '#core/model/instant'
import type { Host } from './host.ts'

export interface SignInFacet<S> {
  /** On a machine without a browser: the person types a short code on any other device. Waits until they have. */
  device(settings: S, host: Host, show: (prompt: DevicePrompt) => void, signal: AbortSignal): Promise<SignedIn>
  /** In a browser on this computer, which ends at `redirectUri`. */
  browser(settings: S, host: Host, redirectUri: string): Promise<BrowserSignIn>
  /** What is kept of the last sign-in; null when nobody has signed in. Asks no vendor. */
  kept(settings: S, host: Host): Promise<KeptSignIn | null>
}

export interface KeptSignIn {
  readonly account: string | null
  /** When it ends unless it is used, and renewed by that; null where that is not known. */
  readonly until: Instant | null
}

export interface DevicePrompt {
  readonly url: string
  readonly code: string
  readonly expiresAt: Instant
}

export interface BrowserSignIn {
  /** Where to send the person. */
  readonly url: string
  /** With the address the browser came back to, query included. */
  finish(returned: URL, signal: AbortSignal): Promise<SignedIn>
}

export interface SignedIn {
  /** Who signed in, where the vendor says so. */
  readonly account: string | null
}
