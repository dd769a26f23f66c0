{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* What the pods of node and data process have in common. Takes (dict "context" . "group" …). */}}
{{- define "locker.nodePod" -}}
serviceAccountName: {{ include "locker.nodeAccount" .context }}
# A node that is taken over has no token of Kubernetes to take.
automountServiceAccountToken: false
enableServiceLinks: false
priorityClassName: {{ .context.Values.node.priorityClassName }}
terminationGracePeriodSeconds: {{ .context.Values.node.terminationGracePeriodSeconds }}
{{- if .context.Values.node.hostNetwork }}
hostNetwork: true
dnsPolicy: ClusterFirstWithHostNet
{{- end }}
{{- if .context.Values.node.hostPID }}
hostPID: true
{{- end }}
securityContext:
  seccompProfile:
    type: RuntimeDefault
{{- with .context.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .group.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.node.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The name of a group's object: FULLNAME-node, FULLNAME-node-GROUP. */}}
{{- define "locker.groupName" -}}
{{ include "locker.fullname" .context }}-{{ .component }}{{ with .group.name }}-{{ . }}{{ end }}
{{- end -}}

{{- define "locker.groupLabel" -}}
locker.csi/group: {{ .group.name | default "default" }}
{{- end -}}

{{/* Privileged: mounts that kubelet is to see want it (Bidirectional), and so does every block device. Kubernetes has no
     way to ask for less, and gives a privileged container all capabilities: docs/kubernetes.md has what is used. */}}
{{- define "locker.privileged" -}}
privileged: true
runAsUser: 0
runAsNonRoot: false
readOnlyRootFilesystem: true
{{- end -}}
