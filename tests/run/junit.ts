import type { TestResult } from './result.ts';

const CASE = /<testcase\s([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const plain = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal: string, hex: string, name: string) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });

const attributes = (text: string): Map<string, string> =>
  new Map([...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, plain(value)]));

/** Reads the JUnit report of `bun test`, and the files that it tells of. */
export const readJunit = (xml: string): { readonly results: readonly TestResult[]; readonly files: Set<string> } => {
  const results: TestResult[] = [];
  const files = new Set<string>();
  for (const [, head = '', body = ''] of xml.matchAll(CASE)) {
    const of = attributes(head);
    const file = of.get('file') ?? '';
    files.add(file);
    const title = [of.get('classname'), of.get('name')].filter(Boolean).join(' > ');
    const outcome = /<(failure|error)[\s>]/.test(body) ? 'failed' : /<skipped/.test(body) ? 'skipped' : 'passed';
    results.push({ name: `${file}: ${title}`, outcome });
  }
  return { results, files };
};
