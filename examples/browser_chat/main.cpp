// SPDX-License-Identifier: MIT
// A chat between this program's terminal and a web page, which it serves itself.
//
//   browser_chat [--port <number>] [--folder <name>] [--send <file>]... [--limit <MiB>]
//
//   --port    of the page, on 127.0.0.1 only (default: 8080; 0 takes any that is free)
//   --folder  where files from the page are stored (default: received)
//   --send    a file for each page that connects; may be given several times
//   --limit   the largest file that is taken from the page, in MiB (default: 1024)
//
// Start it, open the address that it prints in a browser, and chat: lines of standard input go to
// the page, and what comes from it goes to standard output, everything else to standard error. A
// line "/send <file>" sends a file. One page is connected at a time: the newest one, and the former
// one says so. Reload the page, or start the program again: they find each other.
//
// Everything runs on one thread, in GLib's main loop: libsoup's server, standard input, and the
// connection, which is polled when its wake-up handler rings (wake_source.hpp). Nothing is polled
// by the clock, so an idle program does not run at all.
//
// Signalling, over the WebSocket /signaling; each message is a text of lines:
//   offer\n<sdp>                              from the program, which always offers
//   answer\n<sdp>                             from the page
//   candidate\n<mid>\n<index>\n<candidate>    from both; an empty candidate ends the page's
// The WebSocket stays open as long as the connection. The program closes it with 4000 where the
// connection was lost, and with 4001 where a newer page has taken over.
//
// On the connection, three kinds of channels by label:
//   chat    each message is a text; opened by the program
//   probes  unordered and unreliable, opened by the program. The page sends any short text, and the
//           program sends it back with its own figures, as lines <name>=<value>: that is a round
//           trip through both programs
//   file    one for each file, opened by its sender, ordered and reliable:
//             sender    text "offer <bytes> <name>"
//             receiver  text "go", or "no <reason>" at any time
//             sender    the bytes, in binary messages of at most 64 KiB
//             receiver  text "have <bytes>" now and then, and "saved <name>" at the end
//           The sender closes the channel at the end, and either end earlier to give up.

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <glib-unix.h>

#include "line_input.hpp"
#include "options.hpp"
#include "server.hpp"
#include "session.hpp"
#include "terminal.hpp"

namespace {

// The server, the keyboard, and the page that is connected.
class Program {
 public:
  explicit Program(const Options &options)
      : options_(options),
        server_([this](SoupWebsocketConnection *socket) { connect(socket); }),
        input_([this] { take_lines(); }) {}

  // Returns the exit status.
  int run() {
    const std::string problem = server_.listen(options_.port);
    if (!problem.empty()) {
      say("Cannot listen on port " + std::to_string(options_.port) + ": " + problem);
      say("Another one can be given with --port; 0 takes any that is free.");
      return 1;
    }
    say("Open " + server_.origin() + "/ in a browser. Ctrl-C ends.");
    loop_ = g_main_loop_new(nullptr, FALSE);
    for (const int signal : {SIGINT, SIGTERM}) g_unix_signal_add(signal, &Program::quit, loop_);
    g_main_loop_run(loop_);
    g_main_loop_unref(loop_);
    return 0;
  }

 private:
  static gboolean quit(gpointer loop) {
    g_main_loop_quit(static_cast<GMainLoop *>(loop));
    return G_SOURCE_CONTINUE;
  }

  // The newest page wins.
  void connect(SoupWebsocketConnection *socket) {
    if (session_) {
      say("Another page takes over.");
      session_->replace();
    }
    session_ = std::make_unique<Session>(
        socket, options_, Session::Handlers{[this] { take_lines(); }, [this] { end_session(); }});
    input_.listen(false);
  }

  void end_session() {
    input_.listen(false);
    session_.reset();
  }

  void take_lines() {
    while (session_ && session_->wants_lines()) {
      const std::optional<std::string> line = input_.next_line();
      if (!line) break;
      constexpr std::string_view kSend = "/send ";
      if (line->starts_with(kSend)) {
        session_->send_file(line->substr(kSend.size()));
      } else if (!line->empty()) {
        session_->send_line(*line);
      }
    }
    input_.listen(session_ && session_->wants_lines());
  }

  const Options options_;
  Server server_;
  LineInput input_;
  std::unique_ptr<Session> session_;
  GMainLoop *loop_ = nullptr;
};

}  // namespace

int main(int argc, char **argv) {
  const std::optional<Options> options = options_from(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: %s [--port <number>] [--folder <name>] [--send <file>]... "
                 "[--limit <MiB>]\n",
                 argv[0]);
    return 2;
  }
  for (const std::filesystem::path &file : options->files) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) continue;
    std::fprintf(stderr, "%s: there is no file %s\n", argv[0], file.c_str());
    return 2;
  }
  return Program(*options).run();
}
