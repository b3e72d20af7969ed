// Code generated from package protocol by go generate ./web. DO NOT EDIT.

export interface Account {
  id: number
  name: string
  /** Display is set if the account likes to be called by more than its name. It is not unique: see [plausch.AccountRef.Shown]. */
  display?: string
}

export interface AccountDelete {
  /** absent: the caller's own */
  name?: string
  /** the caller's, to delete its own */
  password?: string
  /** the texts of its messages go, too */
  erase?: boolean
}

export interface AccountInfo {
  id: number
  name: string
  display?: string
  role: string
  /** active or deactivated */
  state: string
  bot?: boolean
  /** milliseconds since 1970-01-01 UTC */
  created: number
  /** last, to within ten minutes */
  seen: number
}

export interface AccountList {
  /** id of the last account of the page before */
  after?: number
  limit?: number
}

export interface AccountName {
  name: string
}

export interface AccountRole {
  name: string
  /** owner, admin or member */
  role: string
}

export interface AccountUpdate {
  /** empty: the name */
  display?: string
}

export interface Accounts {
  accounts?: AccountInfo[]
  more?: boolean
}

export interface Attachment {
  id: string
  /** without path and control characters */
  name: string
  /** media type, as the server found it */
  type: string
  /** in bytes */
  size: number
  media?: Media
}

export interface Audit {
  entries?: AuditEntry[]
  more?: boolean
}

export interface AuditEntry {
  id: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
  /** absent: on the command line */
  actor?: Account
  /** a word of plausch.AuditAction */
  action: string
  /** whom it was done to */
  account?: Account
  detail?: string
}

export interface AuditList {
  /** id of the last entry of the page before */
  before?: number
  limit?: number
}

export interface Avatar {
  /** see [AvatarVersion]; empty: none */
  avatar?: string
}

export interface AvatarSet {
  /** id of a picture; empty: none any more */
  attachment?: string
}

export interface Ban {
  account: Account
  by: Account
  time: number
}

export interface BanList {
  room: number
  /** id of the last account of the page before */
  after?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface Bans {
  bans?: Ban[]
  more?: boolean
}

export interface Block {
  account: Account
  blocked?: boolean
}

export interface BlockList {
  /** id of the last account of the page before */
  after?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface BlockName {
  name: string
}

export interface Blocks {
  accounts?: Account[]
  more?: boolean
}

export interface BotCreate {
  name: string
}

export interface BotCreated {
  account: OwnAccount
  token: string
}

export interface Claim {
  /** from the link that the server printed */
  code: string
  /** what the server is to be called */
  server_name: string
  /** of the owner */
  name: string
  password: string
  /** as of SignIn */
  new_token?: string
}

export interface CodeCheck {
  code: string
  /** claim, invite or reset */
  purpose: string
}

export interface CodeChecked {
  /** that an invite gives */
  role?: string
  /** of the account that a reset is for */
  name?: string
}

export interface Details {
  /** ids of accounts, at most [plausch.MaxMentions] */
  mentions?: number[]
  /** everybody in the room */
  mentions_room?: boolean
  /** how Sealed is encrypted */
  scheme?: string
  /** in the place of a text */
  sealed?: string
  /** of Member, in the room */
  role?: string
  room?: RoomChange
}

export interface Device {
  id: number
  /** what its client called itself */
  program?: string
  /** milliseconds since 1970-01-01 UTC */
  created: number
  /** last, to within ten minutes */
  used: number
  /** it is the one that asks */
  here?: boolean
}

export interface DeviceLink {
  /** what its client called itself */
  program?: string
  /** where it is */
  address?: string
  /** milliseconds since 1970-01-01 UTC */
  began: number
  expires: number
}

export interface DeviceLinkBegin {
  /** that the new device has chosen, and signs in with when it is linked */
  new_token: string
}

export interface DeviceLinkBegun {
  /** to be typed on a device that has signed in */
  code: string
  /** milliseconds since 1970-01-01 UTC */
  expires: number
}

export interface DeviceLinkCode {
  code: string
}

export interface DeviceLinkState {
  /** sign in with the token */
  linked?: boolean
}

export interface DeviceLinked {
  /** as of device.list */
  id: number
}

export interface DeviceRevoke {
  id: number
}

export interface Devices {
  devices?: Device[]
}

export interface Draft {
  room: number
  /** the higher one of a room is the newer one */
  edit: number
  text?: string
  target?: number
  /** of pushes */
  source?: string
}

export interface DraftKept {
  room: number
  edit: number
}

export interface DraftList {
  /** the room of the last draft of the page before */
  after?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface DraftSet {
  room: number
  /** absent: there is no draft any more */
  text?: string
  /** the message that it answers */
  target?: number
  /** by which a device knows its own drafts again */
  source?: string
}

export interface Drafts {
  drafts?: Draft[]
  more?: boolean
}

export type Empty = Record<string, never>

export interface Error {
  /** one of the codes of package plausch */
  code: string
  /** for a person, in English */
  message: string
  /** RetryAfter is how long to wait before trying again, in milliseconds. */
  retry_after?: number
}

export interface Event {
  room: number
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
  /** see plausch.EventKind; ignore unknown ones but count their seq */
  kind: string
  from: Account
  /** of joins, leaves and roles: whose membership */
  member?: Account
  /** seq of the message that is changed or answered */
  target?: number
  /** of reactions the emoji */
  text?: string
  /** as the sender gave it */
  client_id?: string
  /** Attachments are the files of a message, which may have no text then. */
  attachments?: Attachment[]
  details?: Details
}

export interface First {
  room: number
  first: number
}

export interface Frame {
  id?: number
  result?: unknown
  error?: Error
  event?: Event
  presence?: PresenceChange[]
  typing?: Typing
  marker?: Marker
  draft?: Draft
  personal?: Personal
  report?: Report
  block?: Block
  seen?: Seen
  scheduled_message?: ScheduledMessage
  reminder?: Reminder
  bye?: Error
  preferences?: Preferences
  room_preference?: RoomPreference
  first?: First
}

export interface Hello {
  /** the newest version that the client speaks */
  version: number
  /** name and version of the program, at most 64 bytes */
  client?: string
  /** see the Cap constants; unknown ones are ignored */
  capabilities?: string[]
  /** Epoch is that of the seqs that the client remembers: see Welcome.Epoch and Room.Common. */
  epoch?: string
}

export interface HiddenList {
  /** of the last entry of the page before */
  room?: number
  /** of the last entry of the page before */
  seq?: number
  limit?: number
}

export interface HiddenMessages {
  messages?: Personal[]
  more?: boolean
}

export interface History {
  events?: Event[]
  /** there are more in the direction asked */
  more?: boolean
}

export interface HistoryGet {
  room: number
  after?: number
  before?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface Hit {
  room: number
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
  from: Account
  text?: string
  attachments?: Attachment[]
  /** seq of the newest edit */
  edited?: number
  /** Ranges are where the text matches, in Unicode code points: the first, and the one behind the last. */
  ranges?: number[][]
  /** the message before it in its room */
  before?: Quote
  after?: Quote
}

export interface Hits {
  hits?: Hit[]
  /** where the next page begins; absent if there is none */
  next?: string
  /** not all was looked at */
  partial?: boolean
  /** Since is set while an older database is being prepared: messages before this time, in milliseconds since 1970-01-01 UTC, are not found yet. */
  since?: number
}

export interface Inbox {
  entries?: InboxEntry[]
  more?: boolean
}

export interface InboxEntry {
  room: Room
  /** of Last */
  time: number
  /** the newest unread message */
  last: Quote
}

export interface InboxGet {
  /** Before and Room are the time, and the id of the room, of the last entry of the page before; absent for the first page. */
  before?: number
  room?: number
  /** at most MaxLongPage; DefaultPage if 0 */
  limit?: number
}

export interface Invite {
  id: number
  /** absent if it was made on the command line */
  maker?: Account
  role: string
  /** 0: any number */
  uses?: number
  used?: number
  /** names */
  rooms?: string[]
  /** milliseconds since 1970-01-01 UTC */
  created: number
  expires: number
}

export interface InviteCreate {
  /** 1 if 0, any number below 0 */
  uses?: number
  /** milliseconds; 7 days if 0 */
  for?: number
  /** member (default) or guest */
  role?: string
  /** names */
  rooms?: string[]
}

export interface InviteCreated {
  invite: Invite
  code: string
}

export interface InviteList {
  /** id of the last invite of the page before */
  after?: number
  limit?: number
}

export interface InviteRedeem {
  code: string
  name: string
  /** guests need none */
  password?: string
  /** as of SignIn */
  new_token?: string
}

export interface InviteRevoke {
  id: number
}

export interface Invites {
  invites?: Invite[]
  more?: boolean
}

export interface Limits {
  /** body of a frame */
  frame: number
  /** text of a message */
  text: number
  /** client id of a send */
  client_id: number
  /** entries in one result */
  page: number
}

export interface Marker {
  room: number
  marker: number
  /** at most [plausch.MaxUnread] */
  unread?: number
  /** of those unread, that name the caller or the room */
  mentions?: number
  /** the room's newest seq when this was counted */
  as_of: number
}

export interface MarkerSet {
  room: number
  /** up to which the caller has read */
  seq: number
  /** the marker may go back, too */
  back?: boolean
}

export interface Media {
  /** pixels, upright */
  width?: number
  /** … */
  height?: number
  orientation?: number
  thumbnail?: boolean
  /** base64 */
  thumbhash?: string
  /** milliseconds */
  duration?: number
  waveform?: string
}

export interface Member extends Partial<MemberState> {
  id: number
  name: string
  /** as of an Account */
  display?: string
  /** owner, admin, member or guest of the server */
  role: string
  /** online, away or offline */
  presence: string
}

export interface MemberChange {
  room: number
  /** of the account */
  name: string
}

export interface MemberList {
  room: number
  /** account id of the last member of the page before */
  after?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface MemberRole {
  room: number
  /** of the account */
  name: string
  /** owner, admin, member or reader of the room */
  role: string
}

export interface MemberState {
  /** owner, admin or reader of the room; absent: member */
  room_role?: string
  /** see [AvatarVersion] */
  avatar?: string
  status?: Status
}

export interface Members {
  members?: Member[]
  more?: boolean
}

export interface Message {
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
  from: Account
  text?: string
  client_id?: string
  target?: number
  attachments?: Attachment[]
  details?: Details
  /** seq of the newest edit */
  edited?: number
  /** seq of the deletion */
  deleted?: number
  /** seq of the pin */
  pinned?: number
  reactions?: Reaction[]
  /** the message Target */
  quote?: Quote
  /** the caller does not want to see it */
  hidden?: boolean
  /** the caller has saved it */
  saved?: boolean
}

export interface MessageEdit {
  room: number
  seq: number
  text?: string
  client_id?: string
  details?: Details
}

export interface MessageReact {
  room: number
  seq: number
  /** see [plausch.CheckEmoji] */
  emoji: string
}

export interface MessageRef {
  room: number
  seq: number
}

export interface MessageSend {
  room?: number
  to?: string
  /** may be empty if there are attachments */
  text: string
  /** ClientID makes the send repeatable: the second send with the same id by the same account changes nothing and gets the first one's result. See [plausch.CheckClientID] for what it may be. */
  client_id?: string
  /** Attachments are the ids of files that the sender has uploaded and not sent yet, at most [plausch.MaxAttachments]. */
  attachments?: string[]
  /** Target is the seq of the message in Room that this one answers. */
  target?: number
  /** Details are whom the message names, to which the server adds those that it finds in Text (to name everybody in the room one must run it), and a sealed body in the place of Text. */
  details?: Details
}

export interface MessageSent {
  room: number
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
}

export interface MessageVersion {
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  time: number
  text?: string
  details?: Details
}

export interface MessageVersions {
  versions?: MessageVersion[]
  more?: boolean
}

export interface MessageVersionsGet {
  room: number
  seq: number
  /** seq of the last version of the page before */
  before?: number
  limit?: number
}

export interface Messages {
  messages?: Message[]
  /** the seq up to which all is in it */
  as_of: number
  /** of the oldest event that is kept */
  first: number
  /** there are older messages */
  older?: boolean
  /** there are newer ones */
  newer?: boolean
}

export interface MessagesGet {
  room: number
  before?: number
  after?: number
  around?: number
  /** milliseconds since 1970-01-01 UTC */
  date?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface OutgoingWebhook {
  id: number
  room: number
  /** its scheme and host alone for those who cannot manage it */
  url: string
  /** when it was made, in milliseconds since 1970-01-01 UTC */
  time: number
  seq?: number
  /** Maker is nil if it was made on the server's command line. */
  maker?: Account
  /** Paused is whether nothing is posted while its maker may not make webhooks of the room. */
  paused?: boolean
  /** Error is why the last post failed, FailingSince since when none has succeeded, NextTry when it is tried again; both times in milliseconds since 1970-01-01 UTC. */
  error?: string
  failing_since?: number
  next_try?: number
}

export interface OutgoingWebhookCreate {
  room: number
  url: string
}

export interface OutgoingWebhookCreated {
  webhook: OutgoingWebhook
  /** what is posted is signed with it; told this once */
  secret: string
}

export interface OutgoingWebhookList {
  room: number
}

export interface OutgoingWebhookRef {
  id: number
}

export interface OutgoingWebhooks {
  webhooks?: OutgoingWebhook[]
}

export interface OwnAccount {
  id: number
  name: string
  display?: string
  role?: string
  /** Status is what the account says of itself, absent if nothing. Seen says whether others see in direct rooms up to where it has read: see seen.set. */
  status?: Status
  seen?: boolean
}

export interface Passkey {
  id: string
  name?: string
  /** milliseconds since 1970-01-01 UTC */
  created: number
  /** last */
  used: number
}

export interface PasskeyAdd {
  /** of the ceremony */
  id: string
  /** for its owner, such as "phone" */
  name?: string
  /** the browser's PublicKeyCredential as JSON */
  response: string
}

export interface PasskeyBegun {
  /** of the ceremony, to end it with */
  id: string
  /** JSON for the browser */
  options: string
}

export interface PasskeyDelete {
  id: string
}

export interface PasskeySignIn {
  /** of the ceremony */
  id: string
  /** the browser's PublicKeyCredential as JSON */
  response: string
  /** as of SignIn */
  new_token?: string
}

export interface Passkeys {
  passkeys?: Passkey[]
}

export interface PasswordChange {
  /** absent if there is none */
  old?: string
  password: string
}

export interface Personal {
  room: number
  seq: number
  hidden?: boolean
  saved?: boolean
}

export interface PreferenceSet {
  /** empty: by the kind of the room */
  level?: string
  keywords?: string[]
  /** from and to the same: none */
  quiet?: QuietHours
  hide_text?: boolean
}

export interface Preferences {
  /** everything, mentions or nothing; absent: by the kind of the room */
  level?: string
  /** that count as mentions */
  keywords?: string[]
  quiet?: QuietHours
  /** notifications say only who wrote */
  hide_text?: boolean
}

export interface PresenceChange {
  account: Account
  presence: string
  /** what the account says of itself; absent: nothing */
  status?: Status
}

export interface PresenceList {
  /** name of the last account of the page before */
  after?: string
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface PresenceSet {
  /** online or away, of this session */
  presence: string
}

export interface Presences {
  presence?: PresenceChange[]
  more?: boolean
}

export interface PushKey {
  /** public, in base64url: what browsers call applicationServerKey */
  key?: string
  /** why Web Push is off, for people; absent if it is on */
  off?: string
}

export interface PushRef {
  id: number
}

export interface PushSubscribe {
  /** webpush, ntfy or webhook */
  kind: string
  /** https address */
  endpoint: string
  /** of webpush, in base64url */
  p256dh?: string
  /** of webpush, in base64url */
  auth?: string
  /** whether what was written goes with it */
  text?: boolean
}

export interface PushSubscribed {
  subscription: PushSubscription
  /** of webhook: what comes is signed with it; told this once */
  secret?: string
}

export interface PushSubscription {
  id: number
  kind: string
  endpoint: string
  text?: boolean
  /** when it was made, in milliseconds since 1970-01-01 UTC */
  time: number
  /** that it ends with */
  device?: number
  /** that device is the one that asks */
  here?: boolean
  /** Error is why the last delivery failed, FailingSince since when none has succeeded. */
  error?: string
  failing_since?: number
}

export interface PushSubscriptions {
  subscriptions?: PushSubscription[]
}

export interface QuietHours {
  from: number
  /** not in it any more */
  to: number
  /** IANA name; absent: UTC */
  zone?: string
}

export interface Quote {
  seq: number
  from: Account
  /** its beginning, at most [plausch.MaxQuote] bytes */
  text?: string
  files?: number
  sealed?: boolean
  deleted?: boolean
}

export interface Reaction {
  emoji: string
  count: number
  /** the caller is one of them */
  mine?: boolean
  /** who chose it first, at most [plausch.ReactionNames] */
  first?: Account[]
  /** of the events with which they did */
  seqs?: number[]
}

export interface Reminder {
  id: number
  room?: number
  at?: number
  /** the time has come */
  due?: boolean
  message?: Message
  /** of pushes: there is nothing but ID */
  gone?: boolean
}

export interface ReminderList {
  /** id of the last reminder of the page before */
  before?: number
  /** at most MaxLongPage */
  limit?: number
}

export interface ReminderRef {
  id: number
}

export interface ReminderSet {
  room: number
  seq: number
  /** milliseconds since 1970-01-01 UTC */
  at: number
}

export interface Reminders {
  reminders?: Reminder[]
  more?: boolean
}

export interface Report {
  id: number
  room: number
  /** of the room */
  kind: string
  /** of the room */
  name?: string
  message: Message
  reporter: Account
  reason: string
  time: number
  /** when, if it is */
  closed?: number
  closer?: Account
}

export interface ReportAdd {
  room: number
  seq: number
  reason: string
}

export interface ReportAdded {
  id: number
}

export interface ReportList {
  /** those that are closed, in the place of those that are open */
  closed?: boolean
  /** id of the last report of the page before */
  before?: number
  /** at most MaxLongPage */
  limit?: number
}

export interface ReportRef {
  id: number
}

export interface Reports {
  reports?: Report[]
  more?: boolean
}

export interface ResetCreate {
  /** of the account */
  name: string
}

export interface ResetCreated {
  code: string
  /** milliseconds since 1970-01-01 UTC */
  expires: number
}

export interface ResetRedeem {
  code: string
  password: string
  /** as of SignIn */
  new_token?: string
}

export interface Room extends Partial<RoomState> {
  id: number
  /** public, private or direct */
  kind: string
  /** absent in direct rooms */
  name?: string
  /** the other one, in direct rooms */
  peer?: Account
  /** of the newest event, 0 if none */
  seq: number
  /** whether the caller is a member */
  joined?: boolean
  /** Unread and Mentions are counted from Marker up to Seq, to at most [plausch.MaxUnread]. They are small, as a page of rooms is decoded from little. */
  unread?: number
  mentions?: number
  /** Marker is the seq up to which the caller has read, if it is a member. */
  marker?: number
  /** Common is there if hello had another epoch than the server: the last seq that is the same event in both. */
  common?: number
}

export interface RoomChange {
  topic?: string
  description?: string
  picture?: string
  writers?: string
  /** milliseconds */
  retention?: number
  archived?: boolean
}

export interface RoomChanged {
  seq: number
}

export interface RoomCreate {
  name: string
  /** public (default) or private */
  kind?: string
}

export interface RoomList {
  /** public rooms that the caller is not in, too */
  public?: boolean
  /** id of the last room of the page before */
  after?: number
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface RoomPreference {
  room: number
  /** everything, mentions or nothing; absent: as of [Preferences] */
  level?: string
  /** milliseconds since 1970-01-01 UTC */
  mute_until?: number
  favourite?: boolean
  /** rooms with a smaller one come first */
  order?: number
}

export interface RoomPreferenceSet {
  room: number
  /** empty: as of [Preferences] */
  level?: string
  /** 0: not muted */
  mute_until?: number
  favourite?: boolean
  order?: number
}

export interface RoomRef {
  room?: number
  name?: string
}

export interface RoomState {
  /** the caller's in the room, if it is a member */
  role?: string
  /** one line */
  topic?: string
  /** several */
  description?: string
  /** see [AvatarVersion] */
  picture?: string
  /** admins if only they write; else absent */
  writers?: string
  /** how long messages are kept, in milliseconds; absent: for ever */
  retention?: number
  /** nobody writes there any more */
  archived?: boolean
  /** of direct rooms, the seq up to which the other has read, if that is to be seen */
  seen?: number
  /** seq of the oldest event that is kept, if that is not 1; Seq + 1 if none is */
  first?: number
  /** The rest is what the caller has chosen for the room: see [RoomPreference]. */
  level?: string
  mute_until?: number
  favourite?: boolean
  order?: number
}

export interface RoomUpdate {
  room: number
  topic?: string
  description?: string
  picture?: string
  /** members or admins */
  writers?: string
  /** milliseconds, in whole days; 0: for ever */
  retention?: number
  archived?: boolean
}

export interface Rooms {
  rooms?: Room[]
  /** ask again, After the last one */
  more?: boolean
}

export interface SavedList {
  /** id of the last entry of the page before */
  before?: number
  /** at most MaxLongPage */
  limit?: number
}

export interface SavedMessage {
  id: number
  room: number
  message: Message
}

export interface SavedMessages {
  messages?: SavedMessage[]
  more?: boolean
}

export interface ScheduledMessage {
  id: number
  at?: number
  room?: number
  to?: Account
  text?: string
  target?: number
  details?: Details
  client_id?: string
  /** when it could not be sent */
  failed?: number
  /** and why */
  error?: string
  /** Gone is of pushes: there is nothing but ID and, if it was sent, Room and Seq. */
  gone?: boolean
  seq?: number
}

export interface ScheduledMessageCreate {
  /** milliseconds since 1970-01-01 UTC */
  at: number
  room?: number
  to?: string
  text?: string
  target?: number
  details?: Details
  client_id?: string
}

export interface ScheduledMessageList {
  /** id of the last entry of the page before */
  before?: number
  /** at most MaxLongPage */
  limit?: number
}

export interface ScheduledMessageRef {
  id: number
}

export interface ScheduledMessageUpdate {
  id: number
  at?: number
  text?: string
  details?: Details
}

export interface ScheduledMessages {
  messages?: ScheduledMessage[]
  more?: boolean
}

export interface SearchGet {
  query: string
  /** the only room to look in; 0: all that the caller is in */
  room?: number
  /** Zone is how many minutes the dates of the query are before UTC: 120 for Berlin's summer. */
  zone?: number
  /** of the page before; absent for the first */
  next?: string
  /** at most MaxPage; DefaultPage if 0 */
  limit?: number
}

export interface Seen {
  room: number
  seq: number
}

export interface SeenSet {
  on: boolean
}

export interface ServerInfo {
  name: string
}

export interface ServerUpdate {
  /** what the server is to be called */
  name: string
}

export interface SignIn {
  name?: string
  password?: string
  token?: string
  /** NewToken is the token that the server shall give, chosen by the client, so that the request can be repeated when its reply was lost. */
  new_token?: string
  /** Transient makes a guest without a token, whose name is free again when the connection ends. */
  transient?: boolean
}

export interface SignedIn {
  account: OwnAccount
  /** Token is set when one was made: keep it, and sign in with it from then on. */
  token?: string
  /** of the account: see [AvatarVersion] */
  avatar?: string
}

export interface Status {
  text?: string
  emoji?: string
  /** when it ends, in milliseconds since 1970-01-01 UTC; absent: it does not */
  until?: number
}

export interface Typing {
  room: number
  account: Account
}

export interface TypingSet {
  room: number
}

export interface Webhook {
  id: number
  room: number
  /** that the messages are from */
  account: Account
  /** when it was made, in milliseconds since 1970-01-01 UTC */
  time: number
  /** whether what comes has to be signed */
  signed?: boolean
  /** Maker is nil if it was made on the server's command line. */
  maker?: Account
  /** Paused is whether it takes nothing while its maker may not make webhooks of the room. */
  paused?: boolean
}

export interface WebhookCreate {
  room: number
  /** of the account that the messages are from, which is made for it */
  name: string
  /** whether what comes has to be signed */
  signed?: boolean
}

export interface WebhookCreated {
  webhook: Webhook
  /** the end of the address, behind /api/hooks/ */
  token: string
  /** that signatures are made with */
  secret?: string
}

export interface WebhookList {
  /** 0 for all that the caller is in */
  room: number
}

export interface WebhookRef {
  id: number
}

export interface Webhooks {
  webhooks?: Webhook[]
}

export interface Welcome {
  /** the version spoken from here on: at most the client's */
  version: number
  /** name and version of the program */
  server: string
  capabilities?: string[]
  /** whether sign_in without password and token is possible */
  guests: boolean
  /** Name is what the server is called, if somebody has given it a name. */
  name?: string
  /** Epoch is the id, of at most 64 bytes, of the state of the server. When a backup is put back it is another one. */
  epoch?: string
  /** Access is who can make an account: open (guests), invite or closed. */
  access: string
  /** Unclaimed servers have no owner yet: see claim. */
  unclaimed?: boolean
  limits: Limits
}

/** Methods are the params and the result of each. */
export interface Methods {
  "account.activate": { params: AccountName; result: Empty }
  "account.deactivate": { params: AccountName; result: Empty }
  "account.delete": { params: AccountDelete; result: Empty }
  "account.list": { params: AccountList; result: Accounts }
  "account.role": { params: AccountRole; result: Empty }
  "account.update": { params: AccountUpdate; result: OwnAccount }
  "audit.list": { params: AuditList; result: Audit }
  "avatar.set": { params: AvatarSet; result: Avatar }
  "ban.add": { params: MemberChange; result: Empty }
  "ban.list": { params: BanList; result: Bans }
  "ban.remove": { params: MemberChange; result: Empty }
  "block.add": { params: BlockName; result: Block }
  "block.list": { params: BlockList; result: Blocks }
  "block.remove": { params: BlockName; result: Block }
  "bot.create": { params: BotCreate; result: BotCreated }
  "claim": { params: Claim; result: SignedIn }
  "code.check": { params: CodeCheck; result: CodeChecked }
  "device.link": { params: DeviceLinkCode; result: DeviceLinked }
  "device.link_begin": { params: DeviceLinkBegin; result: DeviceLinkBegun }
  "device.link_check": { params: DeviceLinkCode; result: DeviceLink }
  "device.link_state": { params: DeviceLinkBegin; result: DeviceLinkState }
  "device.list": { params: Empty; result: Devices }
  "device.revoke": { params: DeviceRevoke; result: Empty }
  "draft.list": { params: DraftList; result: Drafts }
  "draft.set": { params: DraftSet; result: DraftKept }
  "hello": { params: Hello; result: Welcome }
  "hidden.list": { params: HiddenList; result: HiddenMessages }
  "history": { params: HistoryGet; result: History }
  "inbox": { params: InboxGet; result: Inbox }
  "invite.create": { params: InviteCreate; result: InviteCreated }
  "invite.list": { params: InviteList; result: Invites }
  "invite.redeem": { params: InviteRedeem; result: SignedIn }
  "invite.revoke": { params: InviteRevoke; result: Empty }
  "marker.set": { params: MarkerSet; result: Marker }
  "member.add": { params: MemberChange; result: Empty }
  "member.list": { params: MemberList; result: Members }
  "member.remove": { params: MemberChange; result: Empty }
  "member.role": { params: MemberRole; result: RoomChanged }
  "message.delete": { params: MessageRef; result: MessageSent }
  "message.edit": { params: MessageEdit; result: MessageSent }
  "message.hide": { params: MessageRef; result: Personal }
  "message.pin": { params: MessageRef; result: MessageSent }
  "message.react": { params: MessageReact; result: MessageSent }
  "message.save": { params: MessageRef; result: Personal }
  "message.send": { params: MessageSend; result: MessageSent }
  "message.unhide": { params: MessageRef; result: Personal }
  "message.unpin": { params: MessageRef; result: MessageSent }
  "message.unreact": { params: MessageReact; result: MessageSent }
  "message.unsave": { params: MessageRef; result: Personal }
  "message.versions": { params: MessageVersionsGet; result: MessageVersions }
  "messages": { params: MessagesGet; result: Messages }
  "outgoing_webhook.create": { params: OutgoingWebhookCreate; result: OutgoingWebhookCreated }
  "outgoing_webhook.delete": { params: OutgoingWebhookRef; result: Empty }
  "outgoing_webhook.list": { params: OutgoingWebhookList; result: OutgoingWebhooks }
  "passkey.add": { params: PasskeyAdd; result: Empty }
  "passkey.begin": { params: Empty; result: PasskeyBegun }
  "passkey.delete": { params: PasskeyDelete; result: Empty }
  "passkey.list": { params: Empty; result: Passkeys }
  "passkey.sign_in": { params: PasskeySignIn; result: SignedIn }
  "passkey.sign_in_begin": { params: Empty; result: PasskeyBegun }
  "password.change": { params: PasswordChange; result: Empty }
  "ping": { params: Empty; result: Empty }
  "preference.get": { params: Empty; result: Preferences }
  "preference.set": { params: PreferenceSet; result: Preferences }
  "presence.list": { params: PresenceList; result: Presences }
  "presence.set": { params: PresenceSet; result: Empty }
  "push.key": { params: Empty; result: PushKey }
  "push.list": { params: Empty; result: PushSubscriptions }
  "push.subscribe": { params: PushSubscribe; result: PushSubscribed }
  "push.unsubscribe": { params: PushRef; result: Empty }
  "reminder.delete": { params: ReminderRef; result: Empty }
  "reminder.list": { params: ReminderList; result: Reminders }
  "reminder.set": { params: ReminderSet; result: Reminder }
  "report.add": { params: ReportAdd; result: ReportAdded }
  "report.close": { params: ReportRef; result: Empty }
  "report.list": { params: ReportList; result: Reports }
  "reset.create": { params: ResetCreate; result: ResetCreated }
  "reset.redeem": { params: ResetRedeem; result: SignedIn }
  "room.create": { params: RoomCreate; result: Room }
  "room.get": { params: RoomRef; result: Room }
  "room.join": { params: RoomRef; result: Room }
  "room.leave": { params: RoomRef; result: Empty }
  "room.list": { params: RoomList; result: Rooms }
  "room_preference.set": { params: RoomPreferenceSet; result: RoomPreference }
  "room.update": { params: RoomUpdate; result: RoomChanged }
  "saved.list": { params: SavedList; result: SavedMessages }
  "scheduled_message.create": { params: ScheduledMessageCreate; result: ScheduledMessage }
  "scheduled_message.delete": { params: ScheduledMessageRef; result: Empty }
  "scheduled_message.list": { params: ScheduledMessageList; result: ScheduledMessages }
  "scheduled_message.update": { params: ScheduledMessageUpdate; result: ScheduledMessage }
  "search": { params: SearchGet; result: Hits }
  "seen.set": { params: SeenSet; result: Empty }
  "server.update": { params: ServerUpdate; result: ServerInfo }
  "sign_in": { params: SignIn; result: SignedIn }
  "sign_out": { params: Empty; result: Empty }
  "status.set": { params: Status; result: Status }
  "subscribe": { params: Empty; result: Empty }
  "typing": { params: TypingSet; result: Empty }
  "webhook.create": { params: WebhookCreate; result: WebhookCreated }
  "webhook.delete": { params: WebhookRef; result: Empty }
  "webhook.list": { params: WebhookList; result: Webhooks }
}
