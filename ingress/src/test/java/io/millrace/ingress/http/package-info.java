@NullMarked
package io.millrace.ingress.http;

import org.jspecify.annotations.NullMarked;
