import { authoritiesFile, authorityVariables } from '../../../site/authorities.ts'

/** The templates that every chart has, under the prefix of its product. */
export const helpers = (prefix: string): string => `{{- /* What the templates of this chart share. */}}

{{- /* An amount such as "20 GiB" in base units: bytes, thousandths of a core, milliseconds, hundredths of a percent. */}}
{{- define "${prefix}.amount" }}
{{- $bytes := dict "TiB" 1099511627776 "GiB" 1073741824 "MiB" 1048576 "KiB" 1024 "TB" 1000000000000 "GB" 1000000000 "MB" 1000000 "kB" 1000 "B" 1 }}
{{- $cores := dict "cores" 1000 "core" 1000 "millicores" 1 }}
{{- $duration := dict "d" 86400000 "h" 3600000 "min" 60000 "s" 1000 "ms" 1 }}
{{- $units := get (dict "bytes" $bytes "cores" $cores "duration" $duration "percent" (dict "%" 100)) .unit }}
{{- $text := trim (toString .value) }}
{{- $number := regexFind "^[0-9]+(\\\\.[0-9]+)?" $text }}
{{- $suffix := trim (trimPrefix $number $text) }}
{{- if not (and $number (hasKey $units $suffix)) }}
{{- fail (printf "%q is not a quantity of %s" $text .unit) }}
{{- end }}
{{- int64 (round (mulf $number (get $units $suffix)) 0) }}
{{- end }}

{{- /* An amount of memory or disk as Kubernetes writes it, of "most" at most. */}}
{{- define "${prefix}.bytes" }}
{{- $bytes := include "${prefix}.amount" (dict "unit" "bytes" "value" .value) | int64 }}
{{- if hasKey . "most" }}{{ $bytes = min $bytes .most }}{{ end }}
{{- if eq $bytes 0 }}0
{{- else if eq (mod $bytes 1099511627776) 0 }}{{ div $bytes 1099511627776 }}Ti
{{- else if eq (mod $bytes 1073741824) 0 }}{{ div $bytes 1073741824 }}Gi
{{- else if eq (mod $bytes 1048576) 0 }}{{ div $bytes 1048576 }}Mi
{{- else if eq (mod $bytes 1024) 0 }}{{ div $bytes 1024 }}Ki
{{- else }}{{ $bytes }}
{{- end }}
{{- end }}

{{- /* An amount of processor time as Kubernetes writes it, of "most" at most. */}}
{{- define "${prefix}.cores" }}
{{- $thousandths := include "${prefix}.amount" (dict "unit" "cores" "value" .value) | int64 }}
{{- if hasKey . "most" }}{{ $thousandths = min $thousandths .most }}{{ end }}
{{- if eq (mod $thousandths 1000) 0 }}{{ div $thousandths 1000 }}{{ else }}{{ $thousandths }}m{{ end }}
{{- end }}

{{- /* Text around the number of each shard, for all shards. */}}
{{- define "${prefix}.shards" }}
{{- $shards := list }}
{{- range $shard := until (int .count) }}{{ $shards = append $shards (join (toString $shard) $.around) }}{{ end }}
{{- join .separator $shards }}
{{- end }}

{{- /* The variables of a container, changed to what the values say of its service. */}}
{{- define "${prefix}.environment" }}
{{- $own := dig .service "env" (dict) .root.Values.services }}
{{- if not $own }}{{ .variables }}
{{- else }}
{{- $names := list }}
{{- range $variable := fromYamlArray .variables }}
{{- $names = append $names $variable.name }}
{{- if not (hasKey $own $variable.name) }}
- {{ toRawJson $variable }}
{{- else }}
{{- include "${prefix}.variable" (list $variable.name (get $own $variable.name)) }}
{{- end }}
{{- end }}
{{- range $name, $value := $own }}
{{- if not (has $name $names) }}{{ include "${prefix}.variable" (list $name $value) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A variable, if it has a text; Kubernetes reads "$$" as "$". */}}
{{- define "${prefix}.variable" }}
{{- if not (kindIs "invalid" (index . 1)) }}
- name: {{ index . 0 }}
  value: {{ index . 1 | replace "$" "$$" | quote }}
{{- end }}
{{- end }}

{{- /* Name or key of what is kept in a Secret: as secrets.existing in the values says, or as it is made. */}}
{{- define "${prefix}.secretPlace" }}
{{- $existing := (index . 0).Values.secrets.existing | default dict }}
{{- $own := get $existing (index . 1) | default dict }}
{{- get $own (index . 2) | default (index . 3) }}
{{- end }}

{{- /* Names what is composed: by its texts, and by the versions of the secrets in them that are not made here. */}}
{{- define "${prefix}.composedName" }}
{{- $texts := values .texts | join "\\n" | replace "$$" "" }}
{{- $versions := list }}
{{- range $secret := .secrets.secrets }}
{{- $used := false }}
{{- range $place := $secret.places }}
{{- $read := or (contains (printf "$(%s)" $place) $texts) (contains (printf "$(%s " $place) $texts) }}
{{- if and $read (not (hasPrefix (printf "%s/" $secret.made) $place)) }}{{ $used = true }}{{ end }}
{{- end }}
{{- if $used }}{{ $versions = append $versions (list $secret.id (int64 $secret.version)) }}{{ end }}
{{- end }}
{{- ternary (list .texts $versions) .texts (gt (len $versions) 0) | toRawJson | sha256sum | trunc 8 }}
{{- end }}

{{- /* The host of a URL. */}}
{{- define "${prefix}.urlHost" }}{{ lower (get (urlParse .) "hostname") }}{{ end }}

{{- /* The port of a URL, or the one that its scheme has. */}}
{{- define "${prefix}.urlPort" }}
{{- $url := urlParse . }}
{{- $ports := dict "http" 80 "https" 443 "ws" 80 "wss" 443 "ldap" 389 "ldaps" 636 }}
{{- trimPrefix ":" (regexFind ":[0-9]+$" (get $url "host")) | default (get $ports (lower (get $url "scheme"))) }}
{{- end }}
`

/** The templates by which the site decides, in the words of `site` in `instance.yaml`. */
export const siteHelpers = (
  prefix: string,
): string => `{{- /* What your infrastructure decides: see site in values.yaml. */}}

{{- /* The image of a service as it is pulled: from the site's registry, under its public path, where the values say none. */}}
{{- define "${prefix}.image" }}
{{- $values := (index . 0).Values }}
{{- $site := $values.site }}
{{- $own := dig (index . 3) "image" "" $values.services }}
{{- if $own }}{{ $own }}
{{- else if $site.registry }}{{ trimSuffix "/" $site.registry }}/{{ index . 2 }}{{ else }}{{ index . 1 }}{{ end }}
{{- end }}

{{- /* Of the spec of pods: pull secrets, and where they run. */}}
{{- define "${prefix}.pod" }}
{{- $site := .root.Values.site }}
{{- with $site.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- $all := $site.placement | default dict }}
{{- $own := get ($all.services | default dict) .service | default dict }}
{{- with merge (dict) ($own.nodeSelector | default dict) ($all.nodeSelector | default dict) }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat ($all.tolerations | default list) ($own.tolerations | default list) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $affinity := dict }}
{{- range $rules := list ($all.affinity | default dict) ($own.affinity | default dict) }}
{{- range $rule, $terms := $rules }}{{ $_ := set $affinity $rule $terms }}{{ end }}
{{- end }}
{{- with $affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.priorityClass | default $all.priorityClass }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end }}

{{- /* Of the spec of a claim: by the volume, by what its data is worth, by the speed that it asks for, for all. */}}
{{- define "${prefix}.storageClass" }}
{{- $classes := .root.Values.site.storageClass | default dict }}
{{- $own := get ($classes.volumes | default dict) .volume }}
{{- with $own | default (get $classes .data) | default (get $classes .class) | default $classes.default }}
storageClassName: {{ . | quote }}
{{- end }}
{{- end }}

{{- /* Of the metadata of an Ingress. */}}
{{- define "${prefix}.ingressAnnotations" }}
{{- $ingress := .root.Values.site.ingress | default dict }}
{{- $annotations := merge (dict) ($ingress.annotations | default dict) }}
{{- $tls := $ingress.tls | default dict }}
{{- if and .certificate $tls.issuer }}
{{- $kind := ternary "cluster-issuer" "issuer" (eq ($tls.kind | default "Issuer") "ClusterIssuer") }}
{{- $_ := set $annotations (printf "cert-manager.io/%s" $kind) $tls.issuer }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* The variables by which programs find the way out or the site's authorities, but for those that a service sets itself. */}}
{{- define "${prefix}.variables" }}
{{- $own := .own }}
{{- range $name, $value := dig .service "env" (dict) .root.Values.services }}
{{- $own = without $own (upper $name) }}
{{- if not (kindIs "invalid" $value) }}{{ $own = append $own (upper $name) }}{{ end }}
{{- end }}
{{- if eq .of "proxy" }}
{{- $proxy := .root.Values.site.proxy }}
{{- $names := concat (list "localhost" "127.0.0.1" "::1") .inside.names ($proxy.except | default list) | uniq }}
{{- range $variable := list (list "HTTP_PROXY" $proxy.http) (list "HTTPS_PROXY" $proxy.https) (list "NO_PROXY" (join "," $names)) }}
{{- $name := index $variable 0 }}
{{- if and (index $variable 1) (not (has $name $own)) }}
{{- range $written := list $name (lower $name) }}
- name: {{ $written }}
  value: {{ index $variable 1 | replace "$" "$$" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- else }}
{{- range $name := list ${authorityVariables.map(({ name }) => `"${name}"`).join(' ')} }}
{{- if not (has $name $own) }}
- name: {{ $name }}
  value: ${authoritiesFile}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The range of addresses that a literal address stands for; nothing for a name. */}}
{{- define "${prefix}.addressBlock" }}
{{- $parts := splitList "/" (regexReplaceAll "^\\\\[(.*)\\\\]$" . "\${1}") }}
{{- $address := first $parts }}
{{- $bits := ternary (index (append $parts "") 1) "" (gt (len $parts) 1) }}
{{- if regexMatch "^[0-9]{1,3}(\\\\.[0-9]{1,3}){3}$" $address }}{{ $address }}/{{ $bits | default "32" }}
{{- else if regexMatch "^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$" $address }}{{ $address }}/{{ $bits | default "128" }}
{{- end }}
{{- end }}

{{- /* Rules for everybody outside: narrowed to pods and addresses where they are known, to the port otherwise. */}}
{{- define "${prefix}.outsideRules" }}
{{- $root := .root }}
{{- $reaches := .outside.reaches | default list }}
{{- $known := $root.Values.site.ranges | default dict }}
{{- $goesOut := false }}
{{- range $reach := $reaches }}{{ if not (hasKey $reach "operator") }}{{ $goesOut = true }}{{ end }}{{ end }}
{{- if $goesOut }}
{{- $proxy := $root.Values.site.proxy | default dict }}
{{- range $url := compact (list ($proxy.http | default "") ($proxy.https | default "")) }}
{{- $rest := regexReplaceAll "^https?://([^@/]*@)?" $url "" }}
{{- $host := regexFind "^(\\\\[[^\\\\]]*\\\\]|[^:/?#]+)" $rest }}
{{- $port := trimPrefix ":" (regexFind "^:[0-9]+" (trimPrefix $host $rest)) | default (ternary 443 80 (hasPrefix "https" (lower $url))) }}
{{- $reaches = append $reaches (dict "host" $host "port" $port "range" $host) }}
{{- end }}
{{- end }}
{{- $ports := dict }}
{{- $order := list }}
{{- range $reach := $reaches }}
{{- $block := include "${prefix}.addressBlock" $reach.host | trim }}
{{- $ranges := get $known $reach.range | default (get $known $reach.host) | default (compact (list $block)) }}
{{- $peers := list }}
{{- with dig "operator" "pods" (dict) $reach }}{{ $peers = append $peers (dict "podSelector" (dict "matchLabels" .)) }}{{ end }}
{{- range $range := $ranges }}{{ $peers = append $peers (dict "ipBlock" (dict "cidr" $range)) }}{{ end }}
{{- $key := toJson $peers }}
{{- if not (hasKey $ports $key) }}{{ $order = append $order $key }}{{ end }}
{{- $_ := set $ports $key (append (get $ports $key | default list) (printf "%05d" (int $reach.port))) }}
{{- end }}
{{- range $key := $order }}
- ports:
{{- range $port := get $ports $key | uniq | sortAlpha }}
    - protocol: TCP
      port: {{ regexReplaceAll "^0+" $port "" }}
{{- end }}
{{- with fromJsonArray $key }}
  to:
{{- range $peer := . }}
    - {{ toJson $peer }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
`
