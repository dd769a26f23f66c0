{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{- define "locker.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects pods: never changed by an upgrade. Takes (dict "context" . "component" "…"). */}}
{{- define "locker.selector" -}}
app.kubernetes.io/name: {{ default .context.Chart.Name .context.Values.nameOverride }}
app.kubernetes.io/instance: {{ .context.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The labels of pods: those of objects change with each version of the chart, which is no reason to restart anything. */}}
{{- define "locker.podLabels" -}}
{{ include "locker.selector" . }}
{{- with .context.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "locker.labels" -}}
{{ include "locker.selector" . }}
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
app.kubernetes.io/part-of: locker
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" }}
{{- with .context.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* An image's name of (dict "image" … "default" … "tag" …): a digest wins over a tag. */}}
{{- define "locker.imageName" -}}
{{- $repository := .image.repository | default .default.repository -}}
{{- $digest := .image.digest | default (ternary .default.digest "" (and (empty .image.repository) (empty .image.tag))) -}}
{{- $tag := .image.tag | default .default.tag | default .tag -}}
{{- if $digest -}}
{{- printf "%s@%s" $repository $digest -}}
{{- else -}}
{{- printf "%s:%s" $repository $tag -}}
{{- end -}}
{{- end -}}

{{/* Locker's own image. Takes (dict "context" . "image" override). */}}
{{- define "locker.image" -}}
{{- include "locker.imageName" (dict "image" .image "default" .context.Values.image "tag" .context.Chart.AppVersion) -}}
{{- end -}}

{{/* An image of others. */}}
{{- define "locker.sidecarImage" -}}
{{- include "locker.imageName" (dict "image" . "default" . "tag" "") -}}
{{- end -}}

{{- define "locker.controllerAccount" -}}{{ include "locker.fullname" . }}-controller{{- end -}}
{{- define "locker.nodeAccount" -}}{{ include "locker.fullname" . }}-node{{- end -}}

{{/* The directory of the driver's sockets and of what its nodes have to remember, below kubelet's. */}}
{{- define "locker.pluginDir" -}}
{{- $directory := printf "%s/plugins/%s" .Values.node.kubeletDir .Values.driverName -}}
{{- if gt (len (printf "%s/data.store.sock" $directory)) 107 -}}
{{- fail (printf "node.kubeletDir and driverName are too long together: a socket's path has at most 107 bytes, %s/data.store.sock has more" $directory) -}}
{{- end -}}
{{- $directory -}}
{{- end -}}

{{/* Whether free space is published: "true" or nothing. Without a user of its own Locker may not know any, and pods that wait
     for it would wait for ever. */}}
{{- define "locker.capacity" -}}
{{- if and .Values.csiDriver.storageCapacity .Values.instance.users -}}true{{- end -}}
{{- end -}}

{{/* Labels of nodes as locker's options take them: region=east,rack=r7. */}}
{{- define "locker.pairs" -}}
{{- $pairs := list -}}
{{- range $name := keys . | sortAlpha -}}
{{- $pairs = append $pairs (printf "%s=%s" $name (get $ $name)) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* The namespaces of all Secrets that the controller's sidecars read, with the names in each: {"NAMESPACE": ["NAME"]}. */}}
{{- define "locker.secrets" -}}
{{- $found := dict -}}
{{- $named := .Values.rbac.secrets -}}
{{- range .Values.storageClasses -}}{{- $named = append $named .secret -}}{{- end -}}
{{- if .Values.snapshots.enabled -}}
{{- range concat .Values.snapshots.classes .Values.snapshots.groupClasses -}}{{- $named = append $named .secret -}}{{- end -}}
{{- end -}}
{{- range $named -}}
{{- $namespace := .namespace | default $.Release.Namespace -}}
{{- $_ := set $found $namespace (append (get $found $namespace | default list) .name | uniq | sortAlpha) -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}
