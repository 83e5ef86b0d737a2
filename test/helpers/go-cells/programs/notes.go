package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

type note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

type store struct {
	mutex sync.Mutex
	notes []note
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch r.Method {
	case http.MethodPost:
		var n note
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
			http.Error(w, "bad note", http.StatusBadRequest)
			return
		}
		n.ID = len(s.notes) + 1
		s.notes = append(s.notes, n)
		w.WriteHeader(http.StatusCreated)
		fallthrough
	case http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.notes)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func show(response *http.Response, err error) {
	if err != nil {
		fmt.Println("error", err)
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, strings.TrimSpace(string(body)))
}

func main() {
	s := &store{}
	server := httptest.NewServer(s)
	show(http.Get(server.URL))
	// ---
	post := func(body string) {
		show(http.Post(server.URL, "application/json", strings.NewReader(body)))
	}
	post(`{"text":"first"}`)
	post(`{"text":`)
	// ---
	var group sync.WaitGroup
	for range 5 {
		group.Add(1)
		go func() {
			defer group.Done()
			response, err := http.Post(server.URL, "application/json", strings.NewReader(`{"text":"same"}`))
			if err == nil {
				response.Body.Close()
			}
		}()
	}
	group.Wait()
	// ---
	fmt.Println(len(s.notes), s.notes[5])
	request, _ := http.NewRequest(http.MethodDelete, server.URL, nil)
	show(server.Client().Do(request))
	server.Close()
}
