/** How tests and what they start are compiled: decorators as Nest needs them, and no import left out. */
export const swcOptions = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
    keepClassNames: true,
  },
  sourceMaps: 'inline',
  swcrc: false,
};
