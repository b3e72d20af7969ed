// The link of an invite is made by the server, which knows by which address others reach it.

import { post } from './signin.ts'

export interface InviteLink {
  url: string
  /** Of the QR code, with its margin; absent if the link is of no use on another machine. */
  size?: number
  path?: string
}

export function drawInvite(code: string): Promise<InviteLink> {
  return post<InviteLink>('/invite/link', { code })
}
