package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.AccountConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * Which accounts have a response topic. A request that names one that does not exist would only
 * fail later, in the dispatcher, so it is refused here.
 */
public final class ResponseTopics implements AutoCloseable {

  private final Admin admin;
  private final Map<String, String> byAccount;
  private volatile Set<String> existing = Set.of();

  public ResponseTopics(KafkaClients kafka, Topics topics, List<AccountConfig> accounts) {
    this.admin = kafka.admin();
    this.byAccount =
        accounts.stream()
            .map(AccountConfig::id)
            .collect(Collectors.toUnmodifiableMap(id -> id, id -> topics.resultsOf(id).name()));
  }

  /** Looks which topics exist, in the background. */
  public void refresh() {
    admin
        .listTopics()
        .names()
        .whenComplete(
            (names, e) -> {
              if (e == null) {
                existing = Set.copyOf(names);
              }
            });
  }

  /** True when the topic exists and is the account's own. */
  public boolean isOwn(String account, String topic) {
    return topic.equals(byAccount.get(account)) && existing.contains(topic);
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ofSeconds(1));
  }
}
