/** How a state is coloured; the word and the icon always stand beside it. */
export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'danger'

export type Environment = 'production' | 'test' | 'development'
