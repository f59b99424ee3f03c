// SPDX-License-Identifier: MIT
#include "transport/ice/name_resolver.hpp"

#include <gio/gio.h>

#include <utility>

#include "io/loop_context.hpp"
#include "transport/ice/descriptors.hpp"
#include "transport/ice/gobject_ptr.hpp"

namespace peerlane {

struct NameResolver::Lookup {
  Lookup(NameResolver &resolver, Answer on_answer)
      : owner(&resolver),
        answer(std::move(on_answer)),
        deadline(std::make_unique<Timer>(resolver.timers_, [this] {
          g_cancellable_cancel(cancellable.get());
          owner->finish(*this, {});
        })) {}

  NameResolver *owner;  // Null once the owner is gone.
  Answer answer;        // Empty once called.
  std::unique_ptr<Timer> deadline;
  GObjectPtr<GCancellable> cancellable = GObjectPtr<GCancellable>::take(g_cancellable_new());
};

NameResolver::NameResolver(LoopContext &context, TimerQueue &timers)
    : context_(context), timers_(timers), refusal_(timers, [this] {
        for (const Answer &answer : std::exchange(refused_, {})) answer({});
      }) {}

NameResolver::~NameResolver() {
  cancel_all();
  for (Lookup *lookup : running_) lookup->owner = nullptr;
}

void NameResolver::resolve(const std::string &name, Duration limit, Answer answer) {
  if (!descriptors_to_spare()) return refuse(std::move(answer));
  auto *lookup = new Lookup(*this, std::move(answer));
  running_.push_back(lookup);
  lookup->deadline->arm_in(limit);
  context_.run_inside([&name, lookup] {
    const auto resolver = GObjectPtr<GResolver>::take(g_resolver_get_default());
    const GAsyncReadyCallback done = [](GObject *source, GAsyncResult *result, gpointer data) {
      on_resolved(source, result, data);
    };
    g_resolver_lookup_by_name_async(resolver.get(), name.c_str(), lookup->cancellable.get(), done,
                                    lookup);
  });
}

void NameResolver::refuse(Answer answer) {
  refused_.push_back(std::move(answer));
  refusal_.arm_in(Duration::zero());
}

void NameResolver::cancel_all() {
  refused_.clear();
  for (Lookup *lookup : running_) {
    lookup->answer = nullptr;
    lookup->deadline.reset();
    g_cancellable_cancel(lookup->cancellable.get());
  }
}

void NameResolver::finish(Lookup &lookup, const std::vector<std::string> &addresses) {
  // A copy, since the answer may cancel everything.
  if (const Answer answer = std::exchange(lookup.answer, nullptr)) answer(addresses);
}

void NameResolver::on_resolved(void *resolver, void *result, void *data) {
  const std::unique_ptr<Lookup> lookup(static_cast<Lookup *>(data));
  std::vector<std::string> addresses;
  GList *list = g_resolver_lookup_by_name_finish(static_cast<GResolver *>(resolver),
                                                 static_cast<GAsyncResult *>(result), nullptr);
  for (const GList *item = list; item != nullptr; item = item->next) {
    gchar *text = g_inet_address_to_string(static_cast<GInetAddress *>(item->data));
    addresses.emplace_back(text);
    g_free(text);
  }
  g_resolver_free_addresses(list);
  if (lookup->owner == nullptr) return;
  std::erase(lookup->owner->running_, lookup.get());
  lookup->owner->finish(*lookup, addresses);
}

}  // namespace peerlane
