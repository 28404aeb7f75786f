/** Fields of one CSV line; quotes may hold separators. */
export const splitLine = (line: string, separator = ','): string[] => {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] as string;
    if (letter === '"') {
      // A doubled quote inside quotes is one of the text.
      if (quoted && line[i + 1] === '"') field += line[++i];
      else quoted = !quoted;
    } else if (letter === separator && !quoted) {
      fields.push(field);
      field = '';
    } else field += letter;
  }
  fields.push(field);
  return fields;
};

const SEPARATORS = [',', ';', '\t'] as const;

/** What parts the fields of a header: spreadsheets of other countries save semicolons or tabs. */
export const separatorOf = (header: string): string =>
  SEPARATORS.reduce((best, each) => (header.split(each).length > header.split(best).length ? each : best));

const ABSENT = /^(-{1,2}|—|n\/?a|none|null|nan|#n\/a)?$/i;
const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** Thousands by commas, spaces or apostrophes, the decimals after a point. */
const GROUPED = /^[-+]?\d{1,3}([,\u00a0\u202f '’]\d{3})+(\.\d+)?$/;
/** Thousands by points or spaces, the decimals after a comma: only where the comma does not part fields. */
const COMMA = /^[-+]?(\d+|\d{1,3}([.\u00a0\u202f ]\d{3})+),\d+$/;

/** A figure as a table may write it; null where it says that there is none, NaN where it is no figure. */
export const parseFigure = (text: string, separator = ','): number | null => {
  const trimmed = text.trim().replace(/^\$/, '');
  if (ABSENT.test(trimmed)) return null;
  const percent = trimmed.endsWith('%');
  const digits = percent ? trimmed.slice(0, -1).trim() : trimmed;
  const scale = percent ? 0.01 : 1;
  if (PLAIN.test(digits)) return scale * Number(digits);
  if (separator !== ',' && COMMA.test(digits))
    return scale * Number(digits.replaceAll(/[.\u00a0\u202f ]/g, '').replace(',', '.'));
  return GROUPED.test(digits) ? scale * Number(digits.replaceAll(/[,\u00a0\u202f '’]/g, '')) : Number.NaN;
};
