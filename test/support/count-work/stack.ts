const OWN = /\/count-work\/(json|promises|stack)\.js$/;

/** The frames of the caller's stack, as they are before source maps are applied, and at any depth. */
export function callSites(): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let sites: NodeJS.CallSite[] = [];
  Error.stackTraceLimit = Infinity;
  Error.prepareStackTrace = (_error, found) => {
    sites = found;
    return '';
  };
  String(new Error().stack);
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return sites;
}

/** The files of the frames, without those of Node.js and of this counter. */
export function filesOf(sites: readonly NodeJS.CallSite[]): readonly string[] {
  return sites.map((site) => site.getFileName() ?? '').filter((file) => /^(file:|\/)/.test(file) && !OWN.test(file));
}
