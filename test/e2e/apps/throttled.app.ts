import { AccountsController } from '../../../sample/05-readme/accounts.controller.js';
import { ThrottledModule } from '../../../sample/05-readme/throttler.guard.js';
import { TestApp } from '../../support/http/test-app.js';
import { reportReady } from '../../support/processes/report-ready.js';

/**
 * The recipe of the throttler. A process of its own: `@nestjs/throttler` is CommonJS, from which jest loads no ES modules on
 * Node.js 20.
 */

const app = await TestApp.start({ controllers: [AccountsController], imports: [ThrottledModule] });
reportReady(app.url);
