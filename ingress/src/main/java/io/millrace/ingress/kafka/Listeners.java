package io.millrace.ingress.kafka;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Who waits for news of what. Asking for a key that nobody waits for costs one look-up, so that
 * threads which see every record can ask for each. Bounded by the limit on waiting calls.
 */
public final class Listeners<L> {

  private final ConcurrentMap<String, List<L>> byKey = new ConcurrentHashMap<>();

  public void register(String key, L listener) {
    byKey.merge(key, List.of(listener), Listeners::joined);
  }

  public void deregister(String key, L listener) {
    byKey.computeIfPresent(key, (k, all) -> without(all, listener));
  }

  public boolean isEmpty() {
    return byKey.isEmpty();
  }

  public boolean isAwaited(String key) {
    return byKey.containsKey(key);
  }

  /** Tells all who wait for the key; they must hand over at once. */
  public void tell(String key, Consumer<L> news) {
    byKey.getOrDefault(key, List.of()).forEach(news);
  }

  private static <L> List<L> joined(List<L> before, List<L> added) {
    var all = new java.util.ArrayList<>(before);
    all.addAll(added);
    return List.copyOf(all);
  }

  // Null takes the key out of the map.
  @SuppressWarnings({"NullAway", "ReferenceEquality"})
  private static <L> List<L> without(List<L> all, L listener) {
    var rest = all.stream().filter(one -> one != listener).toList();
    return rest.isEmpty() ? null : rest;
  }
}
