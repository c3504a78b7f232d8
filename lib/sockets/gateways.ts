/** Where @nestjs/websockets marks a class of `@WebSocketGateway()`. The package is an optional peer that nothing here imports. */
const GATEWAY = 'websockets:is_gateway';

export function isGateway(metatype: object): boolean {
  return Reflect.hasMetadata(GATEWAY, metatype);
}
