package io.millrace.accounting.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountPartitionerTest {

  @ParameterizedTest
  @CsvSource({"acme,1", "acme,4", "globex,4", "zürich-7,12", "a,50"})
  void shouldMeetKafkasOwnPartitionerWhenTheAccountIsTheKeyElsewhere(String account, int count) {
    // Given
    var partitioner = new AccountPartitioner<String>(value -> value);

    // Then
    assertThat(partitioner.partitions("llm.spend.daily", "any key", account, count))
        .isEqualTo(
            Optional.of(
                Set.of(BuiltInPartitioner.partitionForKey(account.getBytes(UTF_8), count))));
  }
}
