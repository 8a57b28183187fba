// Evaluates templates as the External Secrets Operator does (engine v2): Go's text/template, the functions of sprig without
// those that read the environment, and an error for an unknown name. Reads [{template, data}] with values in base64 from
// standard input and writes the results in base64.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

type job struct {
	Template string            `json:"template"`
	Data     map[string][]byte `json:"data"`
}

func evaluate(each job, functions template.FuncMap) ([]byte, error) {
	values := make(map[string]string, len(each.Data))
	for name, value := range each.Data {
		values[name] = string(value)
	}
	parsed, err := template.New("value").Option("missingkey=error").Funcs(functions).Parse(each.Template)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, values)
	return out.Bytes(), err
}

func main() {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	var jobs []job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := make([][]byte, len(jobs))
	for i, each := range jobs {
		result, err := evaluate(each, functions)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%q: %v\n", each.Template, err)
			os.Exit(1)
		}
		results[i] = result
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
