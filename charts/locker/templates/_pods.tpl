{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* What every container but the two privileged ones has. */}}
{{- define "locker.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* A node's sidecar: root, since Locker's socket is root's alone, with nothing that makes root powerful. */}}
{{- define "locker.nodeSidecar" -}}
{{ include "locker.restricted" . }}
runAsUser: 0
runAsNonRoot: false
{{- with .Values.node.sidecarSELinuxType }}
seLinuxOptions:
  type: {{ . }}
{{- end }}
{{- end -}}

{{/* The clusters, and Locker's own users on them, as volumes of a pod. */}}
{{- define "locker.configVolumes" -}}
- name: config
  configMap:
    name: {{ .context.Values.ceph.configMap.name | default (printf "%s-config" (include "locker.fullname" .context)) }}
    items:
      - key: {{ .context.Values.ceph.configMap.key }}
        path: config.json
{{- if and .withUsers .context.Values.instance.users }}
- name: users
  projected:
    defaultMode: 0400
    sources:
      - configMap:
          name: {{ include "locker.fullname" .context }}-instance
          items:
            - key: instance.json
              path: instance.json
      {{- range $index, $user := .context.Values.instance.users }}
      - secret:
          name: {{ $user.secretName }}
          items:
            - key: {{ $user.secretKey | default "userKey" }}
              path: {{ $index }}/key
      {{- end }}
{{- end }}
{{- end -}}

{{/* Key-encryption keys, for the processes that make volumes and stage them. */}}
{{- define "locker.keyVolume" -}}
{{- with .Values.keyEncryptionKeys.secretName }}
- name: key-encryption-keys
  secret:
    secretName: {{ . }}
    defaultMode: 0400
{{- end }}
{{- end -}}

{{- define "locker.keyMount" -}}
{{- if .Values.keyEncryptionKeys.secretName }}
- name: key-encryption-keys
  mountPath: /etc/locker/key-encryption-keys
  readOnly: true
{{- end }}
{{- end -}}

{{- define "locker.configMounts" -}}
- name: config
  mountPath: /etc/locker/config
  readOnly: true
{{- if and .withUsers .context.Values.instance.users }}
- name: users
  mountPath: /etc/locker/users
  readOnly: true
{{- end }}
{{- end -}}

{{/* Options that every process of Locker has. */}}
{{- define "locker.logArgs" -}}
- --log-level={{ .Values.log.level }}
- --log-format={{ .Values.log.format }}
{{- end -}}

{{/* Where a process in a node's pod serves its metrics. In the host's network only to the host itself, unless metrics are
     wanted. Takes (dict "context" . "port" N). */}}
{{- define "locker.nodeAddress" -}}
{{- if and .context.Values.node.hostNetwork (not .context.Values.metrics.enabled) -}}
127.0.0.1:{{ .port }}
{{- else -}}
:{{ .port }}
{{- end -}}
{{- end -}}

{{/* A probe of a container in a node's pod: kubelet is in the host's network too. */}}
{{- define "locker.nodeProbe" -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
  {{- if .Values.node.hostNetwork }}
  host: 127.0.0.1
  {{- end }}
{{- end -}}

{{/* The metrics port and probes of a sidecar with leader election. Takes its port. */}}
{{- define "locker.leaderProbe" -}}
ports:
  - name: {{ .name }}
    containerPort: {{ .port }}
livenessProbe:
  httpGet:
    path: /healthz/leader-election
    port: {{ .name }}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 3
{{- end -}}
