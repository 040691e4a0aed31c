export type { Case, CaseGroup, CaseId, CaseNeeds } from './case.ts';
export { CASES } from './cases/index.ts';
export { type CaseLimits, DEFAULT_LIMITS } from './limits.ts';
export { message, type MessageFields, newMessageId } from './messages/build.ts';
export { subjectOf } from './messages/subject.ts';
export { notApplicableJson } from './not-applicable.ts';
export { runCase } from './run.ts';
export { casesFor, type CaseSelection } from './select.ts';
export { type CredentialIssuer, issuerThatSets, switchableCredentials, type SwitchableCredentials } from './switchable-credentials.ts';
export { observedCredentials, type ObservedCredentials } from './observed-credentials.ts';
export { openTestHost, type ProvidedHostOptions, type TestHost, type TestHostOptions } from './test-host.ts';
export type { CredentialRequests, DeliverOptions, Door, Faults, Held, LoggedEvent, OpenWorld, StoredMessage, SubmittedMessage, World } from './world.ts';
export { type AnyMatrix, type Matrix, type MatrixOptions, matrixProblems, type MatrixRow, matrixTable, runSaboteurs } from './matrix.ts';
export { sabotaged } from './sabotaged.ts';
export { SABOTEURS, saboteursForServers } from './saboteurs/index.ts';
export type { Saboteur } from './saboteurs/saboteur.ts';
export { withMutate, withProbe, withReceive, withSend } from './saboteurs/wrap.ts';
export type { OpenTokenStoreWorld, TokenStoreCase, TokenStoreCaseId, TokenStoreSaboteur, TokenStoreWorld } from './token-store/case.ts';
export { TOKEN_STORE_CASES } from './token-store/cases.ts';
export {
  runTokenStoreCase,
  runTokenStoreSaboteurs,
  tokenStoreCasesFor,
  type TokenStoreCaseSelection,
  type TokenStoreMatrix,
  type TokenStoreMatrixOptions,
  type TokenStoreMatrixRow,
} from './token-store/run.ts';
export { TOKEN_STORE_SABOTEURS } from './token-store/saboteurs.ts';
export { type CanaryForm, canaryForms } from './canaries/forms.ts';
export { type CanarySighting, findCanaries, findCanariesIn } from './canaries/search.ts';
