import 'reflect-metadata';
import { reportReady } from '../support/processes/report-ready.js';
import { startTorturedApp } from './tortured-app.js';
import { openTorturedStore, type StoreSpec } from './tortured-store.js';
import { upsertingStore } from './upserting-store.js';

/** The application as a process of its own: `STORE` says where the sessions are, `UPSERTS` whether the store is careless. */
const store = await openTorturedStore(JSON.parse(process.env['STORE'] ?? '') as StoreSpec);
const app = await startTorturedApp(process.env['UPSERTS'] === 'yes' ? upsertingStore(store) : store);
reportReady(app.url);
