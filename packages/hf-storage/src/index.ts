export { type RepositoryNameParts, repositoryName } from './repository-name.ts';
export { RepositoryNameError, type RepositoryNameErrorCode } from './repository-name-error.ts';
export { repositoryUid } from './repository-uid.ts';
