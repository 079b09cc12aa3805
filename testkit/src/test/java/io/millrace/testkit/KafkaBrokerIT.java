package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

class KafkaBrokerIT {

  @Test
  void shouldKeepTestsApartWhenTheyShareTheBroker() throws Exception {
    // Given
    var clients = KafkaBroker.shared().clients();
    var one = KafkaBroker.prefix(KafkaBrokerIT.class) + "requests";
    var other = KafkaBroker.prefix(KafkaBrokerIT.class) + "requests";
    // When
    clients.createMissing(
        List.of(new NewTopic(one, 1, (short) 1), new NewTopic(other, 1, (short) 1)));
    // Then
    try (var admin = clients.admin()) {
      assertThat(admin.listTopics().names().get()).contains(one, other).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldBeTheSameBrokerWhenAskedAgain() {
    assertThat(KafkaBroker.shared()).isSameAs(KafkaBroker.shared());
  }
}
