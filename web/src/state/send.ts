import type { Outgoing } from '../wire/outbox.ts'

/** A message of the account on its way: it waits, or is acknowledged and its event has not come, or was refused. */
export interface Send {
  message: Outgoing
  /** When the state was told of it: it is dimmed a little later. */
  since: number
  /** The seq, when the server has it. */
  seq: number
  /** The code of the error with which it was refused. */
  failed?: string
}
