/** Gives an object the member back that it had; `before`: that member as a property of its own, or `undefined` when it had none. */
export function putBack(object: object, name: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (before === undefined) {
    Reflect.deleteProperty(object, name);
  } else {
    Object.defineProperty(object, name, before);
  }
}
