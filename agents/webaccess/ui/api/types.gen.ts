// Code generated from agents/webaccess/api. DO NOT EDIT.

/** Address is somebody to whom mail can be sent. */
export interface Address {
  name: string
  address: string
  kind: AddressKind
}

/** AddressKind is what stands behind an address. */
export type AddressKind = "user" | "group" | "contact" | "room" | "recent"

/** Addresses is the result of "addresses/complete": those whom the user writes to come first. */
export interface Addresses {
  list: Address[]
}

/** AddressesComplete asks who a text that is being typed may mean. */
export interface AddressesComplete {
  text: string
  /** N is how many are wanted, at most 20. */
  n: number
}

/** AddressesForget takes addresses out of what the user has written to. */
export interface AddressesForget {
  addresses: string[]
}

/** AddressesResolve asks who names are: login names, full names or addresses, at most 100. */
export interface AddressesResolve {
  names: string[]
}

/** AddressesResolved is the result of "addresses/resolve", in the order of the names. */
export interface AddressesResolved {
  list: Resolved[]
}

/** Answer is the answer to one call: its result, or its error. */
export interface Answer {
  id: string
  result?: unknown
  error?: Problem
}

/** Answers answer a batch, in the order of its calls. */
export interface Answers {
  answers: Answer[]
}

/** Attachment is a file or a message in a message. */
export interface Attachment {
  /** Path is the attachment's number, behind those of the messages that it is in: "3", "2.1". */
  path: string
  /** Name has no path, no control characters and none that turn the direction of writing. */
  name: string
  /** Type is the media type that the sender gave it. */
  type: string
  size: number
  /** Address saves it; relative to the base path. */
  address: string
  /** Show is the address that shows it in the browser, empty if that is not safe. */
  show?: string
  /** ContentID is what a page names it by, without brackets. */
  contentId?: string
  /** Message: it is a message, which "messages/get" reads with Path as its part. */
  message: boolean
  /** Deceptive: the name pretends to be of another kind. */
  deceptive: boolean
}

/** Batch is the body of POST /api. */
export interface Batch {
  /** Calls are carried out in their order, at most 32. */
  calls: Call[]
}

/** Body is the text of a message. */
export interface Body {
  /** Format is html if Frame is the address of a page for a frame; then Text is the same as plain text, for previews and readers of screens. */
  format: Format
  /** Frame is an address relative to the base path, empty without HTML. */
  frame?: string
  text: string
  /** Cut: the text is longer than what is here, 256 KiB at most. */
  cut: boolean
  /** Blocked is how many remote pictures the page leaves out. */
  blocked: number
  /** Plain: the page was too large or too deep to be made harmless, so that only the text is shown. */
  plain: boolean
  /** Links are those of the page, by the attribute data-link of its elements. */
  links: Link[]
  /** Light: the page has colours of its own, so that it belongs on light paper in dark mode as well. */
  light: boolean
}

/** Bulk is the result of changes of many messages. One call does at most Limits.bulk of them. */
export interface Bulk {
  /** Done is how many messages this call has changed. */
  done: number
  failed: Failures
  /** Next, if not empty, is the cursor with which the call is to be made again for the rest; not doing so cancels it. */
  next?: string
  /** Left is about how many there are still to do. */
  left: number
  /** Moved are the new ids of what was moved, by the old ones. To undo, they are moved back to From. */
  moved: Record<string, ID>
  from?: ID
}

/** Call is one call of a batch. */
export interface Call {
  /** ID is chosen by the client, and stands at the answer. */
  id: string
  /** Method is the name of a method, such as "folders/get". */
  method: string
  /** Args are the method's arguments. */
  args: unknown
}

/** Category is a category and its colour, a number of Outlook's list from 0 to 24; -1 is no colour. */
export interface Category {
  name: string
  colour: number
}

/** Credentials are the body of POST /api/logon. */
export interface Credentials {
  user: string
  password: string
}

/** Density is how high the rows of lists are. */
export type Density = "compact" | "comfortable" | "preview"

/** Draft is a mail that is being written. */
export interface Draft {
  id: ID
  /** State changes with each change; autosave gives it back as ifInState, and a stateMismatch says that another window or program has changed the draft. */
  state: State
  recipients: Recipient[]
  subject: string
  format: Format
  importance: Importance
  receiptWanted: boolean
  /**
   * HTML is the part that the user writes, made harmless; a picture of the mail is shown by "cid:" and the contentId of a file. Quote is the quoted message behind it, which stays as it is until the user edits it: then the
   * client puts it into HTML and sends an empty Quote.
   */
  html: string
  quote: string
  /** Text is the whole, for drafts of the format text. */
  text: string
  files: Attachment[]
  /** Queued: it waits to be sent, until Until. */
  queued: boolean
  until?: Time
  saved: Time
}

/** DraftCreate makes a draft, in the folder of drafts. */
export interface DraftCreate {
  kind: DraftKind
  /** About is the message that is answered, sent on or copied. */
  about?: MessageRef
  /** Format is how it is written; empty is as the settings say, or for answers as the message is. */
  format?: Format
  to?: Recipient[]
  subject?: string
  text?: string
  /** Heading is the text above what is quoted, in the user's language; empty is English. */
  heading?: string
}

/** DraftDestroy deletes drafts for good. */
export interface DraftDestroy {
  ids: ID[]
}

/** DraftGet asks for a draft. */
export interface DraftGet {
  id: ID
}

/** DraftKind is what a draft begins as. */
export type DraftKind = "new" | "reply" | "replyAll" | "forward" | "forwardAttached" | "copy"

/** DraftSaved is the result of "drafts/update". */
export interface DraftSaved {
  state: State
  saved: Time
  /** Files are all attachments now; there if some were added or taken away. */
  files?: Attachment[]
}

/** DraftSend sends a draft. */
export interface DraftSend {
  id: ID
  ifInState?: State
  /** Hold is for how many seconds the server keeps it back, so that "drafts/hold" can get it back. */
  hold: number
  /** At, if not empty, sends it then and not before. */
  at?: Time
}

/** DraftSent is the result of "drafts/send". */
export interface DraftSent {
  /** Until is when it goes out; until then "drafts/hold" gets it back. */
  until: Time
}

/** DraftUpdate saves a draft. What it does not name stays. */
export interface DraftUpdate {
  id: ID
  ifInState?: State
  /** Recipients take the place of all. */
  recipients?: Recipient[]
  subject?: string
  format?: Format
  importance?: Importance
  receiptWanted?: boolean
  html?: string
  quote?: string
  text?: string
  /** Attach are uploads that become attachments; they are gone from the list of uploads then. */
  attach?: ID[]
  /** Detach are paths of attachments that are taken away. */
  detach?: string[]
}

/** ErrorCode says what went wrong, for programs. */
export type ErrorCode = "notLoggedOn" | "wrongPassword" | "limited" | "forbidden" | "notFound" | "invalid" | "tooLarge" | "stateMismatch" | "exists" | "overQuota" | "alreadySent" | "unavailable" | "notSupported" | "failed"

/** EventCounts are the numbers of folders. */
export interface EventCounts {
  folders: FolderCount[]
}

/** EventFolders names the store whose tree has changed. */
export interface EventFolders {
  store: ID
}

/** EventHello tells the version of the program. */
export interface EventHello {
  version: string
}

/**
 * EventKinds are the events of GET /api/events: the name of each member is an event's name, its type that of the data. The stream begins with
 * "hello". Events have ids; a stream that is resumed with Last-Event-ID goes on behind that one, if the server still has what came since, and begins with
 * "reset" otherwise. Lines that begin with a colon come every 25 seconds to keep the connection alive.
 */
export interface EventKinds {
  /** Hello is the first event of every stream. */
  hello: EventHello
  /** Reset: whatever the client shows may be out of date, and has to be asked for again. */
  reset: None
  /** Stale: what is in a folder has changed; the client asks for the rows that it shows again. At most one each 100 ms for each folder. */
  stale: EventStale
  /** Counts: numbers of folders have changed. */
  counts: EventCounts
  /** Folders: the tree of folders has changed, other than in its numbers. */
  folders: EventFolders
  /** Mail: a new mail has come. */
  mail: EventMail
  /** Settings: they were changed in another window. */
  settings: EventSettings
  /** End: the session has ended; nothing more comes. */
  end: None
}

/** EventMail tells of a new mail, for a notification. */
export interface EventMail {
  id: ID
  folder: ID
  from: Who
  subject: string
}

/** EventSettings tells the new state. */
export interface EventSettings {
  state: State
}

/** EventStale names a folder. */
export interface EventStale {
  folder: ID
}

/** Failures are the ids for which something could not be done, and why. */
export type Failures = Record<string, Problem>

/** Filter is which rows are shown. */
export type Filter = "" | "unread" | "flagged" | "attachments"

/** FlagState is whether something is to be done about a message. */
export type FlagState = "" | "flagged" | "complete"

/** Folder is a folder of a tree. */
export interface Folder {
  id: ID
  /** Parent is empty for folders directly below the root. */
  parent: ID
  name: string
  role: Role
  kind: Kind
  total: number
  unread: number
  /** Search: it is a search folder, which shows messages of others. */
  search: boolean
}

/** FolderCount are the numbers of one folder. */
export interface FolderCount {
  id: ID
  total: number
  unread: number
}

/** FolderCreate is a folder to be. */
export interface FolderCreate {
  /** Parent is empty for one directly below the root of the user's store. */
  parent: ID
  name: string
  kind: Kind
}

/** FolderUpdate gives a folder another name, or another parent. */
export interface FolderUpdate {
  name?: string
  /** Parent, if it is there, moves the folder with all that is in it; empty is the root. */
  parent?: ID
}

/** Folders is the result of "folders/get": parents come before their children, brothers in the order of their names, those with a role first. */
export interface Folders {
  store: ID
  list: Folder[]
  state: State
}

/** FoldersChanged is the result of "folders/set". */
export interface FoldersChanged {
  /** Created are the ids of new folders, by the client's. */
  created: Record<string, ID>
  failed: Failures
}

/** FoldersGet asks for all folders of a store. */
export interface FoldersGet {
  /** Store is empty for the user's own. */
  store?: ID
}

/** FoldersSet changes folders. Creation comes first, then updates, emptying and destruction. Folders with a role keep their name and place. */
export interface FoldersSet {
  /** Create has the client's own ids as keys, which stand in the result. */
  create?: Record<string, FolderCreate>
  update?: Record<string, FolderUpdate>
  /** Empty moves what is in folders to the deleted items; what is in these, or below them, can only be restored from there on. */
  empty?: ID[]
  /** Destroy moves folders to the deleted items, and deletes those that are there already. */
  destroy?: ID[]
}

/** Format is how mails are written. */
export type Format = "html" | "text"

/** ID names a store, folder, message or session. */
export type ID = string

/** Importance of a message. */
export type Importance = "low" | "normal" | "high"

/** Kind is what lies in a folder. */
export type Kind = "mail" | "calendar" | "contacts" | "tasks" | "notes" | "journal" | "other"

/** Limits are bounds that the server keeps; the client shows them before they are met. */
export interface Limits {
  /** Upload is the largest file, UploadTotal what may wait to be attached, both in bytes. */
  upload: number
  uploadTotal: number
  /** Rows is how many rows one request gets, Bulk how many messages one call changes before it answers. */
  rows: number
  bulk: number
  /** Hold is how many seconds sending can be held back at most. */
  hold: number
}

/** Link is a link of a page: what is shown before it is followed. */
export interface Link {
  address: string
  /** Host is the host that is really reached, as it should be shown; empty for other kinds of addresses. */
  host: string
  /** Suspicious: the reader should be asked before it is opened, since it looks like another one. */
  suspicious: boolean
}

/** Message is a message as the reader shows it. */
export interface Message {
  id: ID
  part?: string
  folder: ID
  /** State changes with every change of the message but that of being read. */
  state: State
  class: string
  subject: string
  from: Who
  /** Sender is who has sent it for From, if that is somebody else. */
  sender?: Who
  /** ReplyTo are those who get answers, if that is not From. */
  replyTo: Who[]
  recipients: Recipient[]
  /** Received is when it came, Sent when it was sent. */
  received: Time
  sent: Time
  size: number
  read: boolean
  draft: boolean
  queued: boolean
  answered: boolean
  forwarded: boolean
  flag: FlagState
  due?: Time
  importance: Importance
  categories: string[]
  topic: string
  /** Body is what the reader shows. */
  body: Body
  /** Files are the attachments, without pictures that the body shows. */
  files: Attachment[]
  /** ReceiptWanted: the sender wants to know when it is read. */
  receiptWanted: boolean
  /** External: the sender is not in the address book of this server. */
  external: boolean
  /** Unsubscribe is an https address or mailto of List-Unsubscribe (RFC 2369), empty if there is none. */
  unsubscribe?: string
}

/** MessageHeaders is the result of "messages/headers": the header of a mail as it came, empty for messages that never were a mail. */
export interface MessageHeaders {
  text: string
}

/** MessageRef names one message. */
export interface MessageRef {
  id: ID
  part?: string
}

/** MessageSelection says which messages a call is about: ids, or rows of a list that the browser need not have loaded. */
export interface MessageSelection {
  ids?: ID[]
  /** Folder is where all of them are shown; Sort and Filter are those of the list there, of which Ranges are meant, or without any Ranges all of it. */
  folder: ID
  sort?: Sort
  filter?: Filter
  ranges?: RowRange[]
  /** Except are ids that are left out of the rows. */
  except?: ID[]
}

/** Messages is the result of "messages/get". */
export interface Messages {
  list: Message[]
  failed: Failures
}

/**
 * MessagesDelete moves messages to the deleted items of their store; those that are there already are deleted, and can be restored by
 * "recover deleted items" alone.
 */
export interface MessagesDelete {
  of: MessageSelection
  cursor?: string
  /** Final deletes them wherever they are. */
  final?: boolean
}

/** MessagesGet asks for messages, at most 20 at a time. */
export interface MessagesGet {
  ids: ID[]
  /** Part asks for a message within each of them instead: numbers of attachments, with dots between them, such as "2" or "2.1". */
  part?: string
}

/** MessagesMove moves messages to another folder, or copies them. */
export interface MessagesMove {
  of: MessageSelection
  cursor?: string
  to: ID
  copy?: boolean
}

/** MessagesSet changes messages. */
export interface MessagesSet {
  of: MessageSelection
  /** Cursor is Next of the answer before, empty in the first call. */
  cursor?: string
  read?: boolean
  /** Flag, with Due if it is set. */
  flag?: FlagState
  due?: Time
  /** AddCategories and RemoveCategories change the categories. */
  addCategories?: string[]
  removeCategories?: string[]
}

/** None are the arguments of methods that take none, and the result of those that have none. */
export type None = Record<string, never>

/** OpenSession is a log-on of the user, in this browser or another. */
export interface OpenSession {
  id: ID
  /** Current: it is the one that asks. */
  current: boolean
  since: Time
  /** Used is when something was last asked for. */
  used: Time
  address: string
  /** Browser is what the browser calls itself. */
  browser: string
}

/** Problem says what went wrong. It is also the body of answers of all other URLs whose status is not 200. */
export interface Problem {
  code: ErrorCode
  /** Message is for people who look for the cause, in English; what users see is written by the client, by the code. */
  message: string
  /** RetryAfter is in how many seconds another attempt may be made. */
  retryAfter?: number
}

/** Quota is the result of "quota/get", in bytes; 0 is no limit. */
export interface Quota {
  used: number
  /** Warn is where a mail warns, Soft where nothing can be sent any more, Hard where nothing can be received or saved. */
  warn: number
  soft: number
  hard: number
}

/** Recipient gets a mail. */
export interface Recipient {
  kind: RecipientKind
  name: string
  address: string
}

/** RecipientKind is where a mail names a recipient. */
export type RecipientKind = "to" | "cc" | "bcc"

/** Resolved is what became of a name. */
export interface Resolved {
  name: string
  /** Found are those it may mean; one is the answer, several are to choose from, none is nobody. */
  found: Address[]
}

/** Role is what a folder is for, if it is one of those that every mailbox has. */
export type Role = "inbox" | "drafts" | "sent" | "outbox" | "deleted" | "junk" | "calendar" | "contacts" | "tasks" | "notes" | "journal" | ""

/** Row is a message in a list. */
export interface Row {
  /** ID is the message's, Key the row's: in a search folder the same message may be in several. */
  id: ID
  key: string
  /** Class is PR_MESSAGE_CLASS, such as "IPM.Note". */
  class: string
  subject: string
  from: Who
  /** To are the names of the recipients, as the sender's program wrote them. */
  to: string
  date: Time
  size: number
  preview: string
  read: boolean
  /** Draft: it was not sent yet. Queued: it waits to be sent. */
  draft: boolean
  queued: boolean
  answered: boolean
  forwarded: boolean
  attachments: boolean
  flag: FlagState
  due?: Time
  importance: Importance
  categories: string[]
  /** Topic is the subject without Re: and the like, which the messages of a conversation share. */
  topic: string
}

/** RowRange is some rows of a list, in its order. */
export interface RowRange {
  at: number
  n: number
}

/** Rows is a window of a folder. */
export interface Rows {
  /** Total is how many rows there are. */
  total: number
  /** At is the number of the first row here. */
  at: number
  rows: Row[]
}

/** RowsQuery are the parameters of GET /api/rows. Of at, key and date one says where the window begins; without any it begins at the first row. */
export interface RowsQuery {
  folder: ID
  sort?: Sort
  filter?: Filter
  /** At is the number of the first row. */
  at?: number
  /**
   * Key is that of a row which the window shall show, with Before rows in front of it; if the server has not had the list open there may be none in front.
   * If the row is gone the window begins at At.
   */
  key?: string
  /** Before is how many rows to show in front of the one with Key. */
  before?: number
  /** Date begins the window with the first row at or behind an instant, for rows sorted by date. */
  date?: Time
  /** N is how many rows are wanted. */
  n: number
  /** Keep are messages that a filter must show although they have ceased to meet it: mails that were read under "unread". At most 50. */
  keep?: ID[]
}

/** SessionList is the result of "session/list". */
export interface SessionList {
  list: OpenSession[]
}

/** SessionRevoke ends sessions of the user. Ids of others' are not found. */
export interface SessionRevoke {
  ids: ID[]
}

/** Settings are what the user chose. They lie in his mailbox, beside those of other programs. */
export interface Settings {
  /** Language is a tag such as "de"; empty is that of the browser. */
  language: string
  theme: Theme
  density: Density
  /** Keys is which set of keys is used: "outlook" or "gmail". */
  keys: string
  format: Format
  signatures: Signature[]
  /** NewSignature and ReplySignature are ids of signatures, empty for none. */
  newSignature: ID
  replySignature: ID
  /** Hold is for how many seconds sending can be undone, 0 for not at all. */
  hold: number
  /** MarkRead is after how many seconds in the reader a mail is read: 0 at once, -1 never by itself. */
  markRead: number
  /** Images are the addresses, in lower case, whose mails show remote pictures without being asked. */
  images: string[]
  /** Categories are the names of the user's categories with their colours. */
  categories: Category[]
  /** Favourites are folders above the tree, in their order. */
  favourites: ID[]
  /** UI is what the client keeps for itself, such as the widths of panes; at most 64 KiB as JSON. */
  ui: unknown
}

/** SettingsResult is the result of "settings/get" and "settings/set". */
export interface SettingsResult {
  settings: Settings
  state: State
}

/** SettingsSet changes settings: those members that Set has take the place of the old ones. */
export interface SettingsSet {
  /** Set has some members of Settings. */
  set: unknown
  /** IfInState, if not empty, has the call fail with stateMismatch if the settings have changed meanwhile. */
  ifInState?: State
}

/** Signature is a text for the end of mails. */
export interface Signature {
  id: ID
  name: string
  /** HTML is what the user wrote; it is made harmless when it is saved. Text is the same for mails without formatting. */
  html: string
  text: string
}

/** Sort is what rows are sorted by; with a minus in front of it downwards. */
export type Sort = "date" | "-date" | "from" | "-from" | "to" | "-to" | "subject" | "-subject" | "size" | "-size" | "flag" | "-flag" | "importance" | "-importance"

/** State says what an object or a list was like when it was read. Two that are equal are of the same thing. */
export type State = string

/** Theme is light or dark. */
export type Theme = "automatic" | "light" | "dark"

/** Time is an instant of RFC 3339 in UTC, as toISOString writes it. Empty is none. */
export type Time = string

/** Upload is the result of POST /api/uploads: a file that waits to be attached. It is gone after an hour, or with the session. */
export interface Upload {
  id: ID
  name: string
  type: string
  size: number
}

/** UploadsDestroy throws uploads away. */
export interface UploadsDestroy {
  ids: ID[]
}

/** User is who has logged on, and what the client has to know at the start. It answers POST /api/logon, and "session/get" after a reload. */
export interface User {
  /** Name is the login name. */
  name: string
  fullName: string
  address: string
  /** Store is the user's own store. */
  store: ID
  /** Administrator: the user may administer the server or his company. */
  administrator: boolean
  limits: Limits
  /** Version is that of the program. A client that sees another one than it was loaded with suggests to reload. */
  version: string
}

/** Who is somebody with a name and an address, either of which may be empty. */
export interface Who {
  name: string
  address: string
}

/** The calls of a batch: what each takes and gives. */
export interface Methods {
  "session/get": { args: None; result: User }
  "session/list": { args: None; result: SessionList }
  "session/revoke": { args: SessionRevoke; result: None }
  "quota/get": { args: None; result: Quota }
  "settings/get": { args: None; result: SettingsResult }
  "settings/set": { args: SettingsSet; result: SettingsResult }
  "folders/get": { args: FoldersGet; result: Folders }
  "folders/set": { args: FoldersSet; result: FoldersChanged }
  "rows/get": { args: RowsQuery; result: Rows }
  "messages/get": { args: MessagesGet; result: Messages }
  "messages/headers": { args: MessageRef; result: MessageHeaders }
  "messages/set": { args: MessagesSet; result: Bulk }
  "messages/move": { args: MessagesMove; result: Bulk }
  "messages/delete": { args: MessagesDelete; result: Bulk }
  "drafts/create": { args: DraftCreate; result: Draft }
  "drafts/get": { args: DraftGet; result: Draft }
  "drafts/update": { args: DraftUpdate; result: DraftSaved }
  "drafts/destroy": { args: DraftDestroy; result: None }
  "drafts/send": { args: DraftSend; result: DraftSent }
  "drafts/hold": { args: DraftGet; result: Draft }
  "uploads/destroy": { args: UploadsDestroy; result: None }
  "addresses/complete": { args: AddressesComplete; result: Addresses }
  "addresses/resolve": { args: AddressesResolve; result: AddressesResolved }
  "addresses/forget": { args: AddressesForget; result: None }
}
