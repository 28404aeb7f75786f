import { dlopen, FFIType, ptr } from 'bun:ffi';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { i32, f64, pointer } = FFIType;
const SYMBOLS = {
  greeks: {
    args: [
      i32,
      i32,
      f64,
      f64,
      f64,
      f64,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
      pointer,
    ],
    returns: FFIType.void,
  },
  exposure: {
    args: [i32, i32, f64, pointer, pointer, pointer, pointer, pointer, pointer, pointer, pointer],
    returns: f64,
  },
  profile: {
    args: [i32, i32, i32, f64, f64, f64, pointer, pointer, pointer, pointer, pointer, pointer],
    returns: FFIType.void,
  },
} as const;

const open = (path: string): ReturnType<typeof dlopen<typeof SYMBOLS>> => dlopen(path, SYMBOLS);
type Native = ReturnType<typeof open>['symbols'];

/** Address of a column; columns live as long as the bench. */
export const address = (column: Float64Array | Uint8Array | Int32Array): ReturnType<typeof ptr> => ptr(column);

type Address = ReturnType<typeof ptr>;
/** Of strike, ln strike, volatility, side, and the seven columns that are written. */
export type NativeColumns = readonly [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];

const COMPILERS = ['gcc', 'cc'] as const;

/** `greeks.c` built with `-O2`; null where the machine has no C compiler. */
export const compileNative = (): {
  readonly name: string;
  readonly symbols: Native;
  readonly close: () => void;
} | null => {
  const compiler = COMPILERS.find((name) => Bun.which(name) !== null);
  if (compiler === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'greeks-native-'));
  const library = join(folder, 'greeks.so');
  const source = join(import.meta.dir, 'greeks.c');
  const built = Bun.spawnSync([compiler, '-O2', '-shared', '-fPIC', '-o', library, source, '-lm']);
  if (built.exitCode !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`greeks.c: expected ${compiler} to build it, got ${built.stderr.toString().slice(0, 300)}`);
  }
  const { symbols, close } = open(library);
  return {
    name: `${compiler} -O2`,
    symbols,
    close: () => {
      close();
      rmSync(folder, { recursive: true });
    },
  };
};
