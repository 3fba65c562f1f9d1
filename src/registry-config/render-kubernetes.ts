/** Renders what a registry in Kubernetes needs to trust Keyside. */
import { dirname } from "node:path/posix";
import { registryEnvironment } from "./registry-environment.ts";
import { type RegistryTrust, scalar } from "./render-registry-config.ts";

/** A ConfigMap with the certificate, a Secret with the settings, and where both go in the registry's Deployment. */
export function renderKubernetes(trust: RegistryTrust, caCertificate: string): string {
  const certificate = caCertificate.trimEnd().replaceAll(/^/gm, "    ");
  const settings = registryEnvironment(trust).map(([name, value]) => `  ${name}: ${scalar(value)}`);
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: keyside-ca
data:
  ca.crt: |
${certificate}
---
apiVersion: v1
kind: Secret
metadata:
  name: keyside-registry
stringData:
${settings.join("\n")}
---
# A patch for the registry's Deployment, both of whose names may be others.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: registry
spec:
  template:
    spec:
      containers:
        - name: registry
          envFrom:
            - secretRef:
                name: keyside-registry
          volumeMounts:
            - name: keyside-ca
              mountPath: ${scalar(dirname(trust.rootCertBundle))}
              readOnly: true
      volumes:
        - name: keyside-ca
          configMap:
            name: keyside-ca
`;
}
