package rest

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var openAPI string

func (q *request) openAPI() error {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.WriteHeader(http.StatusOK)
	_, _ = q.w.Write([]byte(openAPI))
	return nil
}
