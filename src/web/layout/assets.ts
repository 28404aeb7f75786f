import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PUBLIC_FOLDER = fileURLToPath(new URL('../../../public', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly hash: string;
}

export interface Assets {
  /** The address of a file under `public/`, with its hash, so that browsers may keep it for good. */
  href(path: string): string;
  respond(request: Request): Response | null;
}

/** Reads `public/` once: only what was there at the start can ever be served. */
export const loadAssets = (folder: string = PUBLIC_FOLDER): Assets => {
  const files = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const body = new Uint8Array(readFileSync(file));
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
    files.set(`/assets/${file.slice(folder.length + 1).replaceAll('\\', '/')}`, { body, type, hash });
  }
  return {
    href(path) {
      const asset = files.get(`/assets/${path}`);
      if (!asset) throw new Error(`asset ${path}: expected a file under public/`);
      return `/assets/${path}?v=${asset.hash}`;
    },
    respond(request) {
      const url = new URL(request.url);
      const asset = files.get(url.pathname);
      if (!asset) return null;
      const etag = `"${asset.hash}"`;
      const kept = url.searchParams.get('v') === asset.hash;
      const headers = {
        ETag: etag,
        'Content-Type': asset.type,
        'Cache-Control': kept ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
      };
      if (request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304, headers });
      return new Response(asset.body, { headers });
    },
  };
};
