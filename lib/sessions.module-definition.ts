import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SessionsModuleOptions } from './options/sessions-module-options.js';

/** `forRoot(options)` and `forRootAsync({ imports, inject, useFactory | useClass | useExisting })`; global unless told otherwise. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SessionsModuleOptions>({ moduleName: 'Sessions' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSessionsOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
