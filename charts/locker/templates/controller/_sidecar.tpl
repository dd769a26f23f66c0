{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* What the controller's sidecars that talk to the API server have in common: the token, which Locker itself is given to watch nodes only. */}}
{{- define "locker.controllerSidecar" -}}
securityContext:
  {{- include "locker.restricted" . | nindent 2 }}
resources:
  {{- toYaml .Values.sidecars.resources | nindent 2 }}
volumeMounts:
  - name: socket
    mountPath: /csi
  - name: token
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
{{- end -}}

{{- define "locker.namespaceVariable" -}}
env:
  - name: NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
{{- end -}}

{{/* A ClusterRole of a sidecar, bound to the controller's account. Takes (dict "context" . "sidecar" "…"); its rules follow. */}}
{{- define "locker.clusterRoleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
  labels:
    {{- include "locker.labels" (dict "context" .context "component" .sidecar) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
subjects:
  - kind: ServiceAccount
    name: {{ include "locker.controllerAccount" .context }}
    namespace: {{ .context.Release.Namespace }}
{{- end -}}

{{/* The Role of a sidecar in the release's namespace: its lease, and what else .rules has. */}}
{{- define "locker.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
  namespace: {{ .context.Release.Namespace }}
  labels:
    {{- include "locker.labels" (dict "context" .context "component" .sidecar) | nindent 4 }}
rules:
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [get, watch, list, delete, update, create]
  {{- with .rules }}
  {{- . | nindent 2 }}
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
  namespace: {{ .context.Release.Namespace }}
  labels:
    {{- include "locker.labels" (dict "context" .context "component" .sidecar) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
subjects:
  - kind: ServiceAccount
    name: {{ include "locker.controllerAccount" .context }}
    namespace: {{ .context.Release.Namespace }}
{{- end -}}

{{- define "locker.clusterRoleHead" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ include "locker.fullname" .context }}-{{ .sidecar }}
  labels:
    {{- include "locker.labels" (dict "context" .context "component" .sidecar) | nindent 4 }}
{{- end -}}
