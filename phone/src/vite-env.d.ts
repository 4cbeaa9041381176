/// <reference types="vite/client" />
declare const __APP__: string;
