// The tree of a text: docs/markdown.md.

export type BlockKind = 'paragraph' | 'code' | 'quote' | 'spoiler' | 'list' | 'ordered_list' | 'item'

export interface Block {
  kind: BlockKind
  lang?: string
  text?: string
  number?: number
  spans?: Span[]
  children?: Block[]
}

export type SpanKind = 'text' | 'em' | 'strong' | 'strike' | 'spoiler' | 'code' | 'link' | 'mention' | 'mention_room' | 'message_link'

export interface Span {
  kind: SpanKind
  text?: string
  url?: string
  children?: Span[]
}
