@NullMarked
package io.millrace.ingress.kafka;

import org.jspecify.annotations.NullMarked;
