import type { Error as Body } from './protocol.gen.ts'

/** An error of the server, by the codes of docs/protocol.md, or of the connection: code `lost`. */
export class WireError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** The least time to wait before trying again, in milliseconds. */
    readonly retryAfter = 0,
  ) {
    super(message)
    this.name = 'WireError'
  }

  static of(body: Body): WireError {
    return new WireError(body.code, body.message, body.retry_after ?? 0)
  }
}

const final = new Set(['invalid', 'too_large', 'unsupported', 'sign_in_failed', 'forbidden', 'not_found', 'taken'])

/** isFinal tells whether the same request fails again until somebody changes something. */
export function isFinal(err: unknown): boolean {
  return err instanceof WireError && final.has(err.code)
}

/** codeOf returns the code of an error, `internal` for what is none of ours. */
export function codeOf(err: unknown): string {
  return err instanceof WireError ? err.code : 'internal'
}
