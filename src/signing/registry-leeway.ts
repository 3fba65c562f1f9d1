/** How long after its end a registry goes on accepting a registry token. @see distribution `registry/auth/token/token.go` */
export const REGISTRY_LEEWAY_SECONDS = 60;
