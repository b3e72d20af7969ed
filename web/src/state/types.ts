export type { Account, Member, Message, Messages, OwnAccount, Status, Welcome } from '../wire/protocol.gen.ts'

export type Presence = 'online' | 'away' | 'offline'
