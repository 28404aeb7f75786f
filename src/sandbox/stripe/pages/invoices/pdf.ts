/** One line of text on a page: where it begins from the left, in points, how large, and whether it stands out. */
export interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly size: number;
  readonly bold?: boolean;
  /** `x` is where it ends instead. */
  readonly right?: boolean;
}

const [WIDTH, HEIGHT, MARGIN] = [612, 792, 56];
const LINE_POINTS = 18;
/** Mean width of Helvetica's digits and letters, as a part of the size: near enough to set figures flush right. */
const EM = 0.53;

/** What WinAnsi encodes otherwise than Latin-1; other letters become question marks. */
const WIN_ANSI: Readonly<Record<string, number>> = { '–': 0x96, '—': 0x97, '’': 0x92, '‘': 0x91, '•': 0x95, '€': 0x80 };

const encoded = (text: string): string =>
  [...text.replaceAll('−', '-')]
    .map((letter) => {
      const code = WIN_ANSI[letter] ?? letter.codePointAt(0) ?? 0;
      if (code > 0xff || code < 0x20) return '?';
      if (letter === '\\' || letter === '(' || letter === ')') return `\\${letter}`;
      return code < 0x7f ? letter : `\\${code.toString(8).padStart(3, '0')}`;
    })
    .join('');

const drawn = (lines: readonly (readonly PdfText[])[]): string =>
  lines
    .flatMap((texts, at) =>
      texts.map(({ text, x, size, bold, right }) => {
        const from = right ? x - text.length * size * EM : x;
        const y = HEIGHT - MARGIN - at * LINE_POINTS;
        return `BT /F${bold ? 2 : 1} ${size} Tf ${from.toFixed(1)} ${y} Td (${encoded(text)}) Tj ET`;
      }),
    )
    .join('\n');

/** A PDF (1.4) of lines of text, as many US-letter pages as they take. */
export const pdfOf = (lines: readonly (readonly PdfText[])[]): Uint8Array => {
  const perPage = Math.floor((HEIGHT - 2 * MARGIN) / LINE_POINTS);
  const pages = Array.from({ length: Math.max(1, Math.ceil(lines.length / perPage)) }, (_, at) =>
    lines.slice(at * perPage, (at + 1) * perPage),
  );
  const kids = pages.map((_, at) => `${5 + at * 2} 0 R`).join(' ');
  const font = (name: string): string =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    ...pages.flatMap((page, at) => {
      const content = drawn(page);
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${6 + at * 2} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const tail = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return new TextEncoder().encode(file + tail);
};
