/** What Graph answers when it does not do what was asked: status, code and words of FACTS.md E13. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Said in the inner error, beside the ids of the request. */
  readonly inner: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}, inner: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.inner = inner;
  }

  with(headers: Readonly<Record<string, string>>): GraphError {
    return new GraphError(this.status, this.code, this.message, { ...this.headers, ...headers }, this.inner);
  }
}

/** As the documentation's throttling page has it. */
export const tooManyRequests = (): GraphError => new GraphError(429, 'TooManyRequests', 'Please retry again later.', {}, { code: '429', message: 'Please retry after', status: '429' });

export const itemNotFound = (): GraphError => new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
export const defaultFolderNotFound = (name: string): GraphError => new GraphError(404, 'ErrorItemNotFound', `Default folder ${name} not found.`);
export const malformedId = (): GraphError => new GraphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.');
export const accessDenied = (): GraphError => new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
export const outOfScope = (): GraphError =>
  new GraphError(403, 'ErrorAccessDenied', 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.');
export const invalidUser = (key: string): GraphError => new GraphError(404, 'ErrorInvalidUser', `The requested user '${key}' is invalid.`);
export const mailboxNotEnabled = (): GraphError => new GraphError(404, 'MailboxNotEnabledForRESTAPI', 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.');
export const badRequest = (message: string, code = 'BadRequest'): GraphError => new GraphError(400, code, message);
/** What cannot be read in a query option. */
export const unreadableQuery = (message: string): GraphError => new GraphError(400, 'RequestBroker--ParseUri', message);
export const unknownProperty = (name: string, type: string): GraphError => unreadableQuery(`Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`);
export const tooComplex = (): GraphError => new GraphError(400, 'InefficientFilter', 'The restriction or sort order is too complex for this operation.');
export const unknownSegment = (segment: string): GraphError => badRequest(`Resource not found for the segment '${segment}'.`);
export const bodyTooLarge = (): GraphError => new GraphError(413, 'requestEntityTooLarge', 'The request entity is too large.');
export const folderExists = (name: string): GraphError => new GraphError(409, 'ErrorFolderExists', `A folder with the specified name already exists., Could not create folder '${name}'.`);
