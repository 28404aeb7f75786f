export interface Import {
  readonly specifier: string;
  /** `import type`: gone at run time, yet still a dependency for whoever reads the code. */
  readonly typeOnly: boolean;
}

/** Static imports begin a line once Biome has formatted it; anchoring there keeps comments and strings out. */
const STATIC = /^(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\b(?:import|require|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]/g;
const WORKER = /\bnew URL\(\s*['"](\.[^'"]+\.tsx?)['"]\s*,\s*import\.meta\.url/g;

/** Every module that a file names, types included: Bun's own scanner leaves those out. */
export const importsOf = (text: string): readonly Import[] => [
  ...[...text.matchAll(STATIC)].map(([, type, specifier = '']) => ({ specifier, typeOnly: type !== undefined })),
  ...[BARE, DYNAMIC, WORKER].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ),
];
