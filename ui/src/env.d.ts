/// <reference types="vite/client" />

/** True in tests and with VITE_FAKE=1: the answers of src/ipc/fake.ts stand in for the core. */
declare const __FAKE__: boolean
