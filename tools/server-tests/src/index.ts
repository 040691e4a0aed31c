export { graphWithEntra, imapWithEntra, openContoso, smtpWithEntra } from './worlds/entra.ts';
export { dovecotWithEntra, openTrustedTenant, type TrustedTenant } from './worlds/entra-lab.ts';
export { worldsOf } from './worlds/index.ts';
