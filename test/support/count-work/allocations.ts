import type { OwnInspector } from './inspector.js';

/** What the code of the library put on the heap, its closures, strings and parsed data among it. */
export interface Allocations {
  readonly objects: number;
  readonly bytes: number;
  /** What Node.js allocates when the library calls it: also the writing of the response, which is not the library's doing. */
  readonly bytesInNode: number;
  /** Which functions allocate how many bytes; behind `>`, Node.js does. */
  readonly functions: Readonly<Record<string, number>>;
}

interface Node {
  readonly id: number;
  readonly callFrame: { readonly url: string; readonly functionName: string };
  readonly children: readonly Node[];
}

interface Sampled {
  readonly profile: {
    readonly head: Node;
    readonly samples: readonly { readonly nodeId: number; readonly size: number }[];
  };
}

/** Stands between the library and `JSON`. */
const TRANSPARENT = '/count-work.json.js';
const IN_NODE = ' > Node.js';

/**
 * Counts allocations by V8's sampling, of which every byte is a sample. Since calls are counted in the same process, V8 optimises
 * nothing: an object that optimised code would never make is counted.
 */
export class AllocationCounter {
  constructor(
    private readonly lib: string,
    private readonly inspector: OwnInspector,
  ) {}

  begin(): void {
    this.inspector.post('HeapProfiler.startSampling', {
      samplingInterval: 1,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
  }

  end(): Allocations {
    const { profile } = this.inspector.post('HeapProfiler.stopSampling') as Sampled;
    const makers = new Map<number, string>();
    this.#collect(profile.head, undefined, makers);
    const functions: Record<string, number> = {};
    const found = { objects: 0, bytes: 0, bytesInNode: 0, functions };
    for (const { nodeId, size } of profile.samples) {
      const maker = makers.get(nodeId);
      if (maker !== undefined) {
        functions[maker] = (functions[maker] ?? 0) + size;
        if (maker.endsWith(IN_NODE)) {
          found.bytesInNode += size;
        } else {
          found.objects += 1;
          found.bytes += size;
        }
      }
    }
    return found;
  }

  /** Finds the function of the library whose frame is the nearest one, past those of Node.js and of what has no file. */
  #collect({ id, callFrame, children }: Node, caller: string | undefined, makers: Map<number, string>): void {
    const { url, functionName } = callFrame;
    let maker = caller;
    if (/^(file:|\/)/.test(url) && !url.endsWith(TRANSPARENT)) {
      maker = url.startsWith(this.lib) ? `${url.slice(this.lib.length)}: ${functionName}` : undefined;
    } else if (url.startsWith('node:') && maker?.endsWith(IN_NODE) === false) {
      maker += IN_NODE;
    }
    if (maker !== undefined) {
      makers.set(id, maker);
    }
    children.forEach((child) => this.#collect(child, maker, makers));
  }
}
