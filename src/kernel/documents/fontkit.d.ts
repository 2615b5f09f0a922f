/** fontkit brings no types; this is the part that the documents use. */
declare module 'fontkit' {
  export interface Font {
    readonly unitsPerEm: number
    readonly postscriptName: string
    hasGlyphForCodePoint(codePoint: number): boolean
    glyphForCodePoint(codePoint: number): { readonly advanceWidth: number }
    layout(text: string): { readonly advanceWidth: number }
  }
  export function create(data: Uint8Array): Font
}
